import type { TimelineBin, TimelineCounts } from '../count/counted.js';
import type { SavedCallCounts } from './saved-counts-schema.js';

type SavedTimeline = NonNullable<SavedCallCounts['timeline']>;

/** A timeline with each bin as one text: on lines of their own its numbers would fill the record. */
export function savedTimeline(timeline: TimelineCounts): SavedTimeline {
  return {
    ...timeline,
    bins: timeline.bins.map(
      ({ number, ok, failed, timedOut, cancelled, unsent, observed, failedOf }) =>
        [
          ...[number, ok, failed, timedOut, cancelled, unsent],
          ...observed.flatMap((count, i) => [count, failedOf[i] ?? 0]),
        ].join(' '),
    ),
  };
}

/** Takes up again what was saved. */
export function timelineIn(saved: SavedTimeline): TimelineCounts {
  return { ...saved, bins: saved.bins.map(binIn) };
}

function binIn(text: string): TimelineBin {
  const [number = 0, ok = 0, failed = 0, timedOut = 0, cancelled = 0, unsent = 0, ...rest] = text
    .split(' ')
    .map(Number);
  return {
    ...{ number, ok, failed, timedOut, cancelled, unsent },
    observed: rest.filter((_, i) => i % 2 === 0),
    failedOf: rest.filter((_, i) => i % 2 === 1),
  };
}

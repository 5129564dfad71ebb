import { counted } from '../../../number-text.js';
import { line } from 'd3-shape';
import { formatMs } from '../../numbers.js';
import { type Figure } from '../figure.js';
import { frame } from '../frame.js';
import { type Html, html } from '../markup.js';
import { type Axis, durationAxis } from '../scales.js';
import type { Stretch, Timeline } from '../timeline.js';
import { fromText, HEIGHT, middle, silenceText } from './moments.js';

const QUANTILES = [
  { title: 'p50', index: 0, of: ({ p50Ms }: Stretch) => p50Ms },
  { title: 'p99', index: 1, of: ({ p99Ms }: Stretch) => p99Ms },
] as const;

/** Nothing where windows do not say how long answers took. */
export function latencies(timeline: Timeline, time: Axis, pauses: readonly Html[]): Figure | null {
  const { stretches, windowsEach } = timeline;
  const values = stretches
    .flatMap(({ p50Ms, p99Ms }) => [p50Ms, p99Ms])
    .filter((ms) => ms !== null);
  if (values.length === 0) return null;
  const axis = durationAxis(values, 4);
  const drawn = QUANTILES.map(({ index, of }) => {
    const path = line<Stretch>(
      (stretch) => middle(time, stretch),
      (stretch) => HEIGHT * (1 - axis.at(of(stretch) ?? 0)),
    )
      .defined((stretch) => of(stretch) !== null)
      .digits(1);
    return html`<path class="line q${index}" d="${path(stretches) ?? ''}" />`;
  });
  return {
    title: 'Latency over time',
    caption: `Of OK answers to what was sent in each window.${windowsEach === 1 ? '' : ` Each point is the greatest of ${counted(windowsEach, 'window')}.`}${silenceText(pauses)}`,
    legend: html`<ul class="legend">
      ${QUANTILES.map(
        ({ title, index }) =>
          html`<li>
            <span class="key"
              ><svg class="swatch" width="22" height="12" aria-hidden="true">
                <line class="line q${index}" x1="0" x2="22" y1="6" y2="6" /></svg
              >${title}</span
            >
          </li>`,
      )}
    </ul>`,
    picture: frame({
      id: 'latency',
      title: 'Latency over the time of the run',
      description:
        'A line for the median, and one for the 99th percentile. The numbers follow the picture.',
      height: HEIGHT,
      x: time.ticks,
      y: axis.ticks,
      stretched: drawn,
      marks: pauses,
    }),
    numbers: {
      caption: 'Latency over time (ms)',
      columns: [{ title: 'from' }, ...QUANTILES.map(({ title }) => ({ title, isNumber: true }))],
      rows: stretches.map((stretch) => [
        fromText(stretch),
        ...QUANTILES.map(({ of }) => formatMs(of(stretch))),
      ]),
    },
  };
}

import type { Counted } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { counted, seconds } from '../../number-text.js';
import { found } from '../found.js';

/** A stretch without any answer, although there was something to be answered. */
export interface Stretch {
  /** Since the start of the sample. */
  startSeconds: number;
  lengthSeconds: number;
}

/** The stretches of what was counted, as people read them. */
export function stretchesOf({ silences, span }: Pick<Counted, 'silences' | 'span'>): Stretch[] {
  return silences.map(({ startMs, lengthMs }) => ({
    startSeconds: Math.max(0, startMs - (span?.startMs ?? startMs)) / 1000,
    lengthSeconds: lengthMs / 1000,
  }));
}

/** So many stretches are told one by one. */
const MOST_TOLD = 5;

/**
 * `stalled`: the target stopped answering for a while.
 *
 * @param stretches As threads and shards saw them, each its own.
 * @param isFatal Whether the run fails by it.
 */
export function stalled(stretches: readonly Stretch[], isFatal: boolean): Finding | null {
  const byLength = [...stretches].sort(
    (a, b) => b.lengthSeconds - a.lengthSeconds || a.startSeconds - b.startSeconds,
  );
  const [longest] = byLength;
  if (longest === undefined) return null;
  const told = byLength
    .slice(0, MOST_TOLD)
    .map(
      ({ startSeconds, lengthSeconds }) =>
        `${seconds(lengthSeconds)} from ${seconds(startSeconds)} on`,
    );
  const more = byLength.length > told.length ? ', and shorter ones' : '';
  return found('target', {
    code: 'stalled',
    severity: isFatal ? 'error' : 'warning',
    summary: `The target gave no answer for ${seconds(longest.lengthSeconds)}, from ${seconds(longest.startSeconds)} into the sample on.`,
    evidence: `${counted(byLength.length, 'pause')} without any answer: ${told.join(', ')}${more}`,
    advice:
      'Look whether the gateway or the backends were restarted, paused or short of processor time then, and which connections were quiet.',
  });
}

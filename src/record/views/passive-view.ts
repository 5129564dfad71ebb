import type { Counted } from '../../count/counted.js';
import { linesNotToldApart } from '../../expect/watched-log.js';
import type { Asked } from '../asked.js';
import type { RunRecord } from '../run-record.js';

/** What was read of the log, where the requests are those of others. */
export function passiveView({ passive }: Asked, { calls }: Counted): Pick<RunRecord, 'passive'> {
  if (passive === undefined) return {};
  const sum = (numberOf: (log: NonNullable<Counted['calls'][number]['log']>) => number): number =>
    calls.reduce((total, { log }) => total + (log === null ? 0 : numberOf(log)), 0);
  return {
    passive: {
      counted: sum(({ lines }) => lines),
      otherRoutes: sum(({ watched }) => watched?.lines ?? 0),
      notToldApart: sum(({ watched }) => (watched === undefined ? 0 : linesNotToldApart(watched))),
      unreadable: sum(({ unreadable }) => unreadable),
    },
  };
}

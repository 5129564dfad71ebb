import type { CallProtocol } from '../../call/kinds.js';
import { statusName } from '../../call/status-name.js';
import type { SideFigures, StretchCounts } from '../../expect/change/expectation.js';
import type { CallJudgement } from '../../expect/expectation.js';
import { sentence } from '../../expect/found.js';
import type { CallRecord } from '../run-record.js';

type ChangeRecord = NonNullable<CallRecord['change']>;

/** The change that was looked for, with times as people read them; nothing where none was. */
export function changeView(
  protocol: CallProtocol,
  { change }: CallJudgement,
): { change?: ChangeRecord } {
  if (change === undefined) return {};
  const { outcome, moment, moments, again, before, during, after, maxErrorRate, failures } = change;
  return {
    change: {
      outcome,
      moment:
        moment === null
          ? null
          : {
              at: timeOf(moment.atMs),
              began: [timeOf(moment.beginMs[0]), timeOf(moment.beginMs[1])],
              ended: [timeOf(moment.endMs[0]), timeOf(moment.endMs[1])],
              isGradual: moment.isGradual,
              isToOthers: moment.isToOthers,
            },
      moments: moments.map(({ connections, remotes, served, atMs, betweenMs: [from, to] }) => ({
        ...{ connections: connections.length, remotes, served },
        at: served === 'both' ? timeOf(atMs) : null,
        between: served === 'both' ? [timeOf(from), timeOf(to)] : null,
      })),
      again:
        again === null
          ? null
          : {
              at: timeOf(again.atMs),
              shares: Object.fromEntries(
                (after?.destinations ?? []).map(({ name }, i) => [name, again.shares[i] ?? 0]),
              ),
            },
      before: before === null ? null : sideView(before),
      during: during === null ? null : stretchView(during),
      after: after === null ? null : sideView(after),
      maxErrorRate,
      failures: failures.map(({ fromMs, toMs, status, cause, destination, count }) => ({
        ...{ from: timeOf(fromMs), to: timeOf(toMs), status: statusName(protocol, status) },
        ...{ cause, destination, count },
      })),
    },
  };
}

function sideView(side: SideFigures): NonNullable<ChangeRecord['before']> {
  const { verdict, reasons, requestsPlanned, expectedShares, pValue, destinations } = side;
  return {
    ...stretchView(side),
    verdict,
    reasons: reasons.map(({ code, text }) => ({ code, text: sentence(text) })),
    requestsPlanned,
    destinations: destinations.map((one, i) => ({
      ...one,
      expectedShare: expectedShares[i] ?? 0,
    })),
    pValue,
  };
}

function stretchView(stretch: StretchCounts): NonNullable<ChangeRecord['during']> {
  const { fromMs, toMs, sent, ok, failed, timedOut, cancelled, unsent, destinations } = stretch;
  return {
    ...{ from: timeOf(fromMs), to: timeOf(toMs) },
    ...{ sent, ok, failed, timedOut, cancelled, unsent },
    observed: Object.fromEntries(destinations.map(({ name, observed }) => [name, observed])),
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

import { count, percent } from '../number-text.js';
import type { CallJudgement, JudgedCall, Kind } from './expectation.js';
import { findRefusals } from './refusals.js';
import type { AbortsJudgement } from './aborts.js';
import { unsentRequests } from './unsent.js';

/**
 * Nothing is expected besides answers: whether they come, and how often they do not. What the route
 * aborts on purpose does not count as a failure.
 */
export const answers: Kind<null, null> = {
  plan: (_, { okStatuses }) => ({
    expectation: null,
    wanted: { okStatuses, spreadSize: Infinity },
    requests: null,
  }),
  judge: (calls) => Promise.all(calls.map(judgeCall)),
};

async function judgeCall({ call, counted }: JudgedCall<null>): Promise<CallJudgement> {
  const { counts, failures } = counted;
  const aborts = await abortsOf({ call, counted });
  const unsent = unsentRequests(counts.unsent).byPeer;
  const failed = counts.ends.failed + counts.ends.timedOut - (aborts?.figures.allowed ?? 0);
  return {
    ...verdictOn(counts.ends.ok, failed + unsent, call.maxErrorRate, aborts),
    findings: [...findRefusals(failures, counts.sent), ...(aborts?.findings ?? [])],
    split: null,
    check: null,
  };
}

async function abortsOf({ call, counted }: JudgedCall<null>): Promise<AbortsJudgement | null> {
  // Who answered is not asked here: aborts that are OK are answers like others.
  if (call.aborts === null || call.aborts.answeredOk) return null;
  // Loaded only where a route aborts requests: its statistics take their time.
  const { judgeAborts } = await import('./aborts.js');
  return judgeAborts(call.aborts, counted);
}

function verdictOn(
  ok: number,
  failed: number,
  limit: number,
  aborts: AbortsJudgement | null,
): Pick<CallJudgement, 'verdict' | 'reasons'> {
  const ended = ok + failed;
  const others = aborts?.reasons ?? [];
  if (ended === 0) {
    const text = 'nothing was answered';
    return { verdict: 'inconclusive', reasons: [{ code: 'no-answers', text }, ...others] };
  }
  if (failed > limit * ended) {
    const text = `${percent(failed / ended)} of the requests failed; ${percent(limit)} may (--max-error-rate)`;
    return { verdict: 'fail', reasons: [{ code: 'error-rate', text }, ...others] };
  }
  const text = `${count(ok)} of ${count(ended)} requests were answered OK`;
  return { verdict: 'pass', reasons: [{ code: 'answered', text }, ...others] };
}

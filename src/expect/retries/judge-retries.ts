import type { AttemptCounts } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found, type Sight } from '../found.js';
import { attemptSums, type RemainingFailure } from './remaining.js';
import { mostTries, type RetryPolicy } from './route-limits.js';

/** What attempts are held against. */
interface RetryEvidence {
  policy: RetryPolicy;
  attempts: Pick<AttemptCounts, 'byDestination'>;
  remaining: readonly RemainingFailure[];
}

/**
 * What remains of failures, held against the policy of the route: of those that it covers what was tried less often
 * than it allows, and what failed nevertheless; and what it does not cover.
 */
export function retryFindings(evidence: RetryEvidence): Finding[] {
  const { policy, remaining } = evidence;
  const covered = remaining.filter(({ coverage }) => coverage === 'covered');
  const most = mostTries(policy);
  return [
    notApplied(
      evidence,
      covered.filter(({ attempts }) => attempts !== null && attempts < most),
    ),
    exhausted(
      evidence,
      covered.filter(({ attempts }) => attempts !== null && attempts >= most),
    ),
    notCovered(
      evidence,
      remaining.filter(
        (failure) =>
          (failure.coverage === 'not-covered' && !isRefusal(failure)) ||
          failure.coverage === 'late',
      ),
    ),
  ].filter((finding) => finding !== null);
}

/** Statuses of gRPC that say what is wrong with the request: another try gets the same. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...['INVALID_ARGUMENT', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'UNAUTHENTICATED'],
  ...['FAILED_PRECONDITION', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
]);

/** Statuses of HTTP that are the client's and may be others next time: too slow, in conflict, too early, too many. */
const PASSING = new Set(['408', '409', '425', '429']);

/** Whether a request was refused for what it is, so that no policy would have it tried again to any use. */
function isRefusal({ kind, status, cause }: RemainingFailure): boolean {
  // An answer that is none of the protocol's.
  if (/^content-type /i.test(cause)) return true;
  const http = kind === 'http' ? status : /HTTP status(?: code)?:? (\d{3})/i.exec(cause)?.[1];
  if (http?.startsWith('4') === true) return !PASSING.has(http);
  return REFUSALS.has(status);
}

/** `retries-not-applied`: the gateway does not do what the policy says. */
function notApplied(
  { policy, attempts }: RetryEvidence,
  fewer: readonly RemainingFailure[],
): Finding | null {
  const most = mostTries(policy);
  const sums = attemptSums(attempts);
  const more = sums.slice(most + 1).reduce((sum, requests) => sum + requests, 0);
  if (more > 0) {
    return ofPolicy(policy, {
      code: 'retries-not-applied',
      severity: 'warning',
      summary: `the gateway tries requests more often than the route allows: it has another policy than this one`,
      evidence: `${count(more)} of ${counted(total(sums), 'answer')} came after more than ${counted(most, 'attempt')}, which is the most by ${described(policy)}`,
      advice:
        'Compare what the gateway is programmed with (explain --envoy-admin, or istioctl proxy-config routes): another route or an older policy applies.',
    });
  }
  if (fewer.length === 0) return null;
  return ofPolicy(policy, {
    code: 'retries-not-applied',
    severity: 'warning',
    summary:
      'requests failed that the route says are tried again, and were tried less often than it allows',
    evidence: `${listed(fewer, true)}; ${described(policy)} allows ${counted(most, 'attempt')}`,
    advice:
      'Compare what the gateway is programmed with (explain --envoy-admin, or istioctl proxy-config routes). A gateway also leaves retries out that are more at a time than connectionPool.http.maxRetries of the DestinationRule (Envoy counts upstream_rq_retry_overflow), of requests longer than it keeps, and when the time of the whole request is up.',
  });
}

/** `retries-exhausted`: everything was tried, and it was not enough. */
function exhausted(
  { policy }: RetryEvidence,
  failures: readonly RemainingFailure[],
): Finding | null {
  if (failures.length === 0) return null;
  return ofPolicy(policy, {
    code: 'retries-exhausted',
    severity: 'warning',
    summary: `requests failed after all attempts that the route allows (${mostTries(policy)})`,
    evidence: `${listed(failures, false)}; ${described(policy)}`,
    advice:
      'Each of these failed so often in a row: look at the backends first. More attempts put more load on what fails already.',
  });
}

/** `retry-status-not-covered`: what remains is nothing that the policy retries. */
function notCovered(
  { policy }: RetryEvidence,
  failures: readonly RemainingFailure[],
): Finding | null {
  // Who has switched retries off expects none.
  if (failures.length === 0 || policy.attempts === 0) return null;
  const isAllLate = failures.every(({ coverage }) => coverage === 'late');
  const hasLate = failures.some(({ coverage }) => coverage === 'late');
  return ofPolicy(policy, {
    code: 'retry-status-not-covered',
    severity: policy.byDefault ? 'info' : 'warning',
    summary: isAllLate
      ? 'failures remain whose status comes behind an answer, in trailers, where the gateway does not try again'
      : 'failures remain that the route does not have tried again',
    evidence: `${listed(failures, false)}; ${described(policy)}`,
    advice:
      `${isAllLate ? '' : 'Where a call may be made twice, name the status in retryOn: cancelled, deadline-exceeded, internal, resource-exhausted or unavailable of gRPC; 5xx, gateway-error, reset or the numbers of statuses of HTTP.'}${hasLate ? ' A status in trailers is that of a backend which has begun to answer: it has to fail before its first header.' : ''}`.trim(),
  });
}

function ofPolicy({ place }: RetryPolicy, sight: Sight): Finding {
  return { ...found('proxy', sight), place };
}

/** `2 retries on unavailable,internal` */
function described({ attempts, retryOn, byDefault }: RetryPolicy): string {
  const whose = byDefault ? 'Istio’s own policy' : 'the route’s policy';
  return attempts === 0
    ? `${whose} (none)`
    : `${whose} (${counted(attempts, 'retry', 'retries')} on ${retryOn ?? 'nothing'})`;
}

/** So many kinds of failure are listed. */
const SHOWN = 4;

/** `120 × UNAVAILABLE, "no connection" after 1 attempt; …` */
function listed(failures: readonly RemainingFailure[], withAttempts: boolean): string {
  const sums = new Map<string, number>();
  for (const { status, cause, attempts, coverage, count: requests } of failures) {
    const tried = withAttempts ? ` after ${counted(attempts ?? 0, 'attempt')}` : '';
    const late = coverage === 'late' ? ' in trailers' : '';
    const key = `${status}${cause === '' ? '' : `, "${cause}"`}${late}${tried}`;
    sums.set(key, (sums.get(key) ?? 0) + requests);
  }
  const kinds = [...sums].sort(([, a], [, b]) => b - a);
  const shown = kinds.slice(0, SHOWN).map(([key, requests]) => `${count(requests)} × ${key}`);
  const others = kinds.slice(SHOWN).reduce((sum, [, requests]) => sum + requests, 0);
  return [...shown, ...(others === 0 ? [] : [counted(others, 'other')])].join('; ');
}

function total(sums: readonly number[]): number {
  return sums.reduce((sum, requests) => sum + requests, 0);
}

import { counted } from '../number-text.js';
import type { Finding } from '../finding.js';
import type { Retries, RouteEffects } from './effects.js';
import type { LimitPlaces } from './limit-places.js';

/** On which an attempt that took too long is followed by another. */
const ON_LATE_ATTEMPTS = ['5xx', 'gateway-error', 'reset'];

/**
 * `deadline-undercut`: the route ends a call before its client would. An attempt's own timeout is the call's where no
 * other attempt follows it, and none where the whole call may not take longer.
 *
 * Source: envoyproxy/envoy source/common/router/router.cc (finalTimeout: the client's `grpc-timeout` counts where it is
 * the shorter one) and retry_state_impl.cc (wouldRetryFromReset); istio/istio
 * pilot/pkg/networking/core/route/route.go, setTimeout.
 *
 * @param effects Of the route, the retries included that nobody asked for.
 * @param deadlineMs How long the client waits, in ms; null: for ever, or nobody knows.
 */
export function deadlineUndercut(
  { timeoutMs, retries }: Pick<RouteEffects, 'timeoutMs' | 'retries'>,
  places: LimitPlaces,
  deadlineMs: number | null,
): Finding | null {
  const wholeMs = timeoutMs === null || timeoutMs === 0 ? Infinity : timeoutMs;
  const tries = retries === null ? null : byAttempts(retries, wholeMs);
  const limitMs = Math.min(wholeMs, tries?.ms ?? Infinity);
  if (deadlineMs === null || limitMs >= deadlineMs) return null;
  const isWhole = wholeMs <= limitMs || tries === null;
  return {
    code: 'deadline-undercut',
    severity: 'info',
    about: 'call',
    call: null,
    place: isWhole ? places.timeout : places.perTryTimeout,
    summary: `the client waits ${text(deadlineMs)} for an answer, and the route ends the call after ${isWhole ? text(wholeMs) : tries.text}`,
    evidence: '',
    advice: `Give the client a deadline that is no longer (--timeout, grpc-timeout), or ${isWhole ? 'the route a longer timeout' : 'an attempt more time'}.`,
  };
}

/** After which its attempts are over; null where each may take as long as the call. */
function byAttempts(
  { attempts, perTryTimeoutMs, retryOn }: Retries,
  wholeMs: number,
): { ms: number; text: string } | null {
  if (perTryTimeoutMs === null || perTryTimeoutMs === 0 || attempts === 0) return null;
  if (perTryTimeoutMs >= wholeMs) return null;
  const each = text(perTryTimeoutMs);
  const conditions = (retryOn ?? '').split(',').map((condition) => condition.trim());
  if (!conditions.some((condition) => ON_LATE_ATTEMPTS.includes(condition))) {
    const why = `perTryTimeout, which retryOn (${retryOn ?? ''}) does not have tried again: it takes reset, 5xx or gateway-error`;
    return { ms: perTryTimeoutMs, text: `${each} (${why})` };
  }
  const tries = attempts + 1;
  return { ms: tries * perTryTimeoutMs, text: `${counted(tries, 'attempt')} of ${each} each` };
}

/** `60 s`, `250 ms` */
function text(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(3))} s` : `${ms} ms`;
}

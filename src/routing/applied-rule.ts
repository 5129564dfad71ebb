import type { InjectedAbort } from './effects.js';
import { answersPreflight, PREFLIGHT_STATUS } from './preflight.js';
import { isGrpc, type RouteRequest } from './request.js';
import type { Rule } from './rule.js';

/** What of a request decides how a rule applies to it, once the rule takes it. */
type TakenRequest = Pick<RouteRequest, 'method' | 'headers'>;

/**
 * A rule as it applies to a request that it takes: the proxy answers some requests of a rule that
 * forwards itself, and aborts look different to gRPC and to any other HTTP.
 */
export function appliedRule(rule: Rule, request: TakenRequest): Rule {
  const { action, preflights, effects } = rule;
  const isAnswered =
    action.kind === 'forward' && preflights !== null && answersPreflight(preflights, request);
  return {
    ...rule,
    action: isAnswered ? { kind: 'preflight', status: PREFLIGHT_STATUS } : action,
    effects: {
      ...effects,
      abort: effects.abort === null ? null : seenAbort(effects.abort, request),
    },
  };
}

/**
 * Envoy answers gRPC requests with a gRPC status, whichever kind the abort names. To any other request
 * an abort with a gRPC status is 200 with the abort's text.
 * Source: envoyproxy/envoy source/extensions/filters/http/fault/fault_filter.cc, abortWithStatus.
 */
function seenAbort(abort: InjectedAbort, request: TakenRequest): InjectedAbort {
  if (isGrpc(request)) return { ...abort, httpStatus: null };
  if (abort.httpStatus !== null) return abort;
  const description = `HTTP 200 and a text (${abort.description} is for gRPC requests alone)`;
  return { ...abort, description, httpStatus: 200 };
}

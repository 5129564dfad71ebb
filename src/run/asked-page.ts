import { preflightHeaderNames, preflightHeaders } from '../call/web/preflight.js';
import { isWebRequest } from '../call/web/request.js';
import type { CallRequest } from '../call/kinds.js';
import type { AskedPage } from '../expect/page/asked-page.js';
import type { RuleTrace } from '../routing/first-match.js';
import type { ManifestSet } from '../routing/manifest-set.js';
import type { RouteRequest } from '../routing/request.js';
import type { Forwarded } from '../routing/resolution.js';
import { resolveRoute } from '../routing/resolve.js';
import type { Call } from '../scenario/call.js';

/**
 * The page that makes a call, and what a browser asks leave for.
 *
 * @param call As the user gave it: what is sent besides, to learn who answers, no page sends.
 * @returns undefined where no page makes it.
 */
export function askedPage(call: Call, request: CallRequest): AskedPage | undefined {
  if (!('origin' in call) || call.origin === null || !isWebRequest(request)) return undefined;
  const headerNames = preflightHeaderNames({ ...request, metadata: call.metadata });
  const failureHeaders = request.kind === 'connect' ? [] : ['grpc-status', 'grpc-message'];
  return { origin: call.origin, headerNames, failureHeaders, policy: null, astray: null };
}

/**
 * The same with what the manifests say of it: where the policy stands, and whether the preflight request takes the
 * rule that has it.
 *
 * @param request Of the call.
 * @param taken What becomes of it.
 */
export function routedPage(
  page: AskedPage,
  manifests: ManifestSet,
  request: RouteRequest,
  { route, effects }: Forwarded,
): AskedPage {
  const { corsPolicy: policy = null } = effects;
  if (route === null) return { ...page, policy };
  const headers = new Map(preflightHeaders(page.origin, page.headerNames));
  const preflight = resolveRoute(manifests, { ...request, method: 'OPTIONS', headers });
  const trace = preflight.traces.find(
    ({ source, rule }) => source === route.source && rule === route.rule,
  );
  const other = preflight.traces.find(({ outcome }) => outcome === 'taken');
  return { ...page, policy, astray: astrayText(trace, other) };
}

/** @param own The rule of the call. @param other The one that takes the preflight request. */
function astrayText(own: RuleTrace | undefined, other: RuleTrace | undefined): string | null {
  if (own === undefined || own.outcome === 'taken') return null;
  const why = own.outcome === 'not-matched' ? `: ${own.reasons.join('; ')}` : '';
  const instead = other === undefined ? '' : `, but ${other.rule} of ${other.source}`;
  return `the preflight request does not take the rule of the call, ${own.rule}${instead}${why}`;
}

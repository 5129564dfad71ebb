import { InputError } from '../input-error.js';
import { chooseRoute } from './choose-route.js';
import type { ChosenRoute } from './chosen-route.js';
import type { RouteEffects } from './effects.js';
import type { Expectation, ExpectedDestination, ExpectedRoute } from './expectation.js';
import type { RuleTrace } from './first-match.js';
import type { LintFinding } from './lint/finding.js';
import { lintManifests } from './lint/lint.js';
import type { ManifestSet } from './manifest-set.js';
import { preparedSet } from './prepared-set.js';
import { formatVia, type RouteRequest } from './request.js';
import { expectationFrom } from './resolve.js';
import { protocolWarnings } from './request-warnings.js';
import type { Warning } from './warning.js';

/** The route of a request, rule by rule, with what is wrong with the configuration; plain data. */
export interface Explanation {
  request: {
    method: string;
    path: string;
    scheme: string;
    authority: string;
    headers: Record<string, string>;
    namespace: string;
  };
  /** `gateway:default/grpc-gateway`, `mesh`, `proxyless`; `null` when no route could be chosen. */
  via: string | null;
  gatewayPort: number | null;
  /** Every rule of the request's host, in the order they are tried. */
  rules: RuleTrace[];
  route: ExpectedRoute | null;
  /** With the expected share of each, between 0 and 1. */
  destinations: (ExpectedDestination & { share: number })[];
  /** `null` without a route. */
  effects: RouteEffects | null;
  /** Why there is no split to expect, or `null`. */
  problem: string | null;
  notes: string[];
  warnings: Warning[];
  lint: LintFinding[];
}

/**
 * Explains which route a request takes and why the others were not taken. Never throws for what is
 * wrong with the route: that becomes `problem`.
 * @param options.streaming The call streams, so that a timeout of the route would cut it off.
 */
export function explainRequest(
  manifests: ManifestSet,
  request: RouteRequest,
  options: { streaming?: boolean } = {},
): Explanation {
  const lint = lintManifests(manifests, request.namespace);
  const set = preparedSet(manifests, request);
  const { chosen, expectation, problem } = resolve(set, request);
  const effects = expectation?.effects ?? chosen?.matched?.rule.effects ?? null;
  const total = expectation?.destinations.reduce((sum, { weight }) => sum + weight, 0) ?? 0;
  return {
    request: {
      method: request.method,
      path: request.path,
      scheme: request.scheme,
      authority: request.authority,
      headers: Object.fromEntries(request.headers),
      namespace: request.namespace,
    },
    via: chosen === null ? null : formatVia(chosen.via),
    gatewayPort: chosen?.gatewayPort ?? null,
    rules: chosen?.traces ?? [],
    route: expectation?.route ?? null,
    destinations: (expectation?.destinations ?? []).map((destination) => ({
      ...destination,
      share: destination.weight / total,
    })),
    effects,
    problem,
    notes: expectation?.notes ?? chosen?.notes ?? [],
    warnings: [
      ...(expectation?.warnings ?? chosen?.warnings ?? []).filter(
        (warning) => !set.warnings.includes(warning),
      ),
      ...protocolWarnings(set, request, expectation, chosen?.matched ?? null, options),
    ],
    lint,
  };
}

function resolve(
  set: ManifestSet,
  request: RouteRequest,
): { chosen: ChosenRoute | null; expectation: Expectation | null; problem: string | null } {
  let chosen: ChosenRoute | null = null;
  try {
    chosen = chooseRoute(set, request);
    return { chosen, expectation: expectationFrom(set, chosen), problem: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { chosen, expectation: null, problem: error.message };
  }
}

import { InputError, type InputPlace } from '../input-error.js';
import { chooseRoute } from './choose-route.js';
import type { ChosenRoute } from './chosen-route.js';
import type { RouteEffects } from './effects.js';
import type { Expectation, ExpectedDestination, ExpectedRoute } from './expectation.js';
import type { MatchedRule, RuleTrace } from './first-match.js';
import { withDefaultRetries } from './istio/default-retries.js';
import type { LintFinding } from './lint/finding.js';
import { lintManifests } from './lint/lint.js';
import type { ManifestSet } from './manifest-set.js';
import { preparedSet } from './prepared-set.js';
import { formatVia, type RouteRequest } from './request.js';
import { expectationFrom, takenRoute } from './resolve.js';
import { describeAction, type RuleAction } from './rule.js';
import { protocolWarnings } from './request-warnings.js';
import type { Warning } from './warning.js';

/** What stands in the way of the request. */
export interface Problem {
  /** `no-split`: the route is known, and what is behind it is not, or cannot be told apart. */
  code: 'no-route' | 'no-usable-backend' | 'no-split' | 'unknown-subset';
  message: string;
  place: InputPlace;
}

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
  /** What the route does with the request: `forward`, `forwards`; `null` without a route. */
  action: { kind: RuleAction['kind']; description: string } | null;
  /** With the expected share of each, between 0 and 1. */
  destinations: (ExpectedDestination & { share: number })[];
  /** `null` without a route. */
  effects: RouteEffects | null;
  /** Why no destination ever answers, where nobody wanted it so; or `null`. */
  problem: Problem | null;
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
  const set = preparedSet(manifests, request);
  const lint = lintManifests(manifests, request.namespace);
  const { chosen, expectation, problem } = resolve(set, request, lint);
  const rule = chosen?.matched?.rule ?? null;
  const total = expectation?.destinations.reduce((sum, { weight }) => sum + weight, 0) ?? 0;
  const warnings = [
    ...new Set([
      // What was noticed in reading the files is lint; what the controllers of rollouts add is not.
      ...set.warnings.filter((warning) => !manifests.warnings.includes(warning)),
      ...(expectation?.warnings ?? chosen?.warnings ?? []).filter(
        (warning) => !manifests.warnings.includes(warning),
      ),
    ]),
    ...protocolWarnings(set, request, expectation, chosen?.matched ?? null, options),
  ];
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
    route: expectation?.route ?? routeWithoutSplit(chosen),
    action:
      rule === null ? null : { kind: rule.action.kind, description: describeAction(rule.action) },
    destinations: (expectation?.destinations ?? []).map((destination) => ({
      ...destination,
      share: destination.weight / total,
    })),
    effects: appliedEffects(chosen?.matched ?? null),
    problem,
    notes: expectation?.notes ?? chosen?.notes ?? [],
    warnings,
    lint: lint.filter(
      (finding) =>
        !warnings.some((warning) => isSame(warning, finding)) &&
        !(finding.code === problem?.code && isAt(problem.place, finding.place)),
    ),
  };
}

function appliedEffects(matched: MatchedRule | null): RouteEffects | null {
  if (matched === null) return null;
  const { object, rule } = matched;
  const retried = object.group === 'networking.istio.io' && rule.action.kind === 'forward';
  return retried ? withDefaultRetries(rule.effects) : rule.effects;
}

function routeWithoutSplit(chosen: ChosenRoute | null): ExpectedRoute | null {
  const matched = chosen?.matched ?? null;
  return chosen === null || matched === null ? null : takenRoute(matched, chosen.gatewayPort);
}

/** A finding about the whole configuration that the request has met already. */
function isSame(warning: Warning, finding: LintFinding): boolean {
  return warning.code === finding.code && isAt(warning.place, finding.place);
}

function isAt(one: InputPlace, other: InputPlace): boolean {
  return one.path === other.path && one.line === other.line && one.file === other.file;
}

interface Resolved {
  chosen: ChosenRoute | null;
  expectation: Expectation | null;
  problem: Problem | null;
}

function resolve(set: ManifestSet, request: RouteRequest, lint: readonly LintFinding[]): Resolved {
  let chosen: ChosenRoute | null = null;
  try {
    chosen = chooseRoute(set, request);
    const rule = chosen.matched?.rule;
    if (rule === undefined || rule.action.kind === 'forward')
      return { chosen, expectation: expectationFrom(set, chosen), problem: null };
    const { action, label, node } = rule;
    if (action.kind !== 'no-backend') return { chosen, expectation: null, problem: null };
    const message = `the rule ${label} takes the request and ${describeAction(action)}: correct its backends`;
    const problem: Problem = { code: 'no-usable-backend', message, place: node.place() };
    return { chosen, expectation: null, problem };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { problem: message, place } = error;
    const subsetIsMissing = lint.some(
      (finding) => finding.code === 'unknown-subset' && isAt(finding.place, place),
    );
    const reason = subsetIsMissing ? 'unknown-subset' : 'no-split';
    const code = chosen?.problem === null ? reason : 'no-route';
    return { chosen, expectation: null, problem: { code, message, place } };
  }
}

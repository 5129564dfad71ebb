import type { Finding, Place } from '../finding.js';
import { InputError } from '../input-error.js';
import { chooseRoute } from './choose-route.js';
import type { ChosenRoute } from './chosen-route.js';
import { deadlineUndercut } from './deadline-undercut.js';
import { destinationFindings } from './destination-findings.js';
import { NO_EFFECTS } from './effects.js';
import type { MatchedRule } from './first-match.js';
import { type Forwarding, forwardingByReplicas, forwardingOf } from './forwarding.js';
import { gatewayPods } from './gateway-pods.js';
import { ruleHeaderChanges } from './header-changes.js';
import { UnknownPortError } from './istio/destination-port.js';
import { lostCall } from './istio/proxyless/lost-call.js';
import { grpcOutcomes, grpcTraits } from './istio/proxyless/outcomes.js';
import { traitFinding } from './istio/proxyless/trait-finding.js';
import { mtlsFindings } from './istio/mtls/findings.js';
import { UnknownSubsetError } from './istio/subset-labels.js';
import { hopSettings } from './hop-settings.js';
import { limitPlaces } from './limit-places.js';
import { lintManifests } from './lint/lint.js';
import { manifestFinding } from './manifest-finding.js';
import type { ManifestSet } from './manifest-set.js';
import { meshClientOf } from './mesh-client.js';
import { preparedSet } from './prepared-set.js';
import type { RouteRequest, Via } from './request.js';
import { protocolFindings } from './request-findings.js';
import type { NoRule, Resolution, Resolved, TakenRule, Unrouted } from './resolution.js';
import { describeAction } from './rule.js';
import { appliedEffects, takenRoute } from './taken-route.js';

/** What is known of a call beside its request. */
export interface CallTraits {
  /** It streams, so that a timeout of the route would cut it off. */
  streaming?: boolean;
  /** How long the client waits, in ms; null: nobody knows. */
  deadlineMs?: number | null;
}

/**
 * Works out what becomes of a request by the manifests: which rule it takes and where that leads,
 * why the rules before it do not take it, and what is wrong with the configuration. What stands in
 * the request's way is part of the answer and not thrown.
 * @throws InputError when the manifests contradict themselves: two different objects have one name.
 */
export function resolveRoute(
  manifests: ManifestSet,
  request: RouteRequest,
  { streaming = false, deadlineMs = null }: CallTraits = {},
): Resolution {
  const question: Question = {
    set: preparedSet(manifests, request),
    lint: lintManifests(manifests, request.objectNamespace ?? request.namespace),
    noticed: new Set(manifests.findings),
    request,
    streaming,
    deadlineMs,
  };
  const chosen = attempt(() => chooseRoute(question.set, request));
  if (chosen instanceof InputError) return unrouted(question, null, 'no-route', chosen);
  if (chosen.problem !== null) return unrouted(question, chosen, 'no-route', chosen.problem);
  const { matched } = chosen;
  if (matched !== null && matched.rule.action.kind !== 'forward')
    return unforwarded(question, chosen, matched);
  const forwarding = attempt(() => forwardingBy(question.set, chosen));
  if (forwarding instanceof InputError)
    return unrouted(question, chosen, codeOf(forwarding), forwarding);
  const samePods = samePodsFinding(forwarding);
  return {
    kind: 'forward',
    ...known(question, chosen, samePods === null ? [] : [samePods], forwarding),
    samePods,
    via: chosen.via,
    gatewayPods: gatewayPods(question.set, chosen.via),
    settings: hopSettings(question.set, chosen, forwarding.split.destinations),
    ...(matched === null ? { ...NO_RULE, effects: NO_EFFECTS } : takenRule(chosen, matched)),
    ...forwarding.split,
  };
}

/** What is asked, and the manifests as the request finds them. */
interface Question {
  set: ManifestSet;
  /** What is wrong with the manifests, whatever the request. */
  lint: readonly Finding[];
  /** What was noticed in reading them: `lint` has it, too. */
  noticed: ReadonlySet<Finding>;
  request: RouteRequest;
  streaming: boolean;
  deadlineMs: number | null;
}

type UnroutedCode = 'no-route' | 'no-split' | 'unknown-subset' | 'unknown-port';

function codeOf(problem: InputError): UnroutedCode {
  if (problem instanceof UnknownSubsetError) return 'unknown-subset';
  return problem instanceof UnknownPortError ? 'unknown-port' : 'no-split';
}

function forwardingBy(set: ManifestSet, chosen: ChosenRoute): Forwarding {
  const { matched, unroutedService } = chosen;
  if (unroutedService !== null) return forwardingByReplicas(set, chosen, unroutedService);
  if (matched?.rule.action.kind !== 'forward') throw new RangeError('a rule that does not forward');
  return forwardingOf(set, chosen, matched, matched.rule.action.backends);
}

/** It bars a test of the weights, and nothing else. */
function samePodsFinding({ samePods }: Forwarding): Finding | null {
  if (samePods === null) return null;
  const { problem: summary, place } = samePods;
  return manifestFinding({ code: 'same-pods', summary, place });
}

/** A rule that takes the request and has no destination for it. */
function unforwarded(question: Question, chosen: ChosenRoute, matched: MatchedRule): Resolution {
  const { action, label, node } = matched.rule;
  const { via } = chosen;
  const taken = takenRule(chosen, matched);
  switch (action.kind) {
    case 'redirect':
      return { kind: 'redirect', ...known(question, chosen), via, ...taken, to: action.to };
    case 'preflight':
    case 'direct-response': {
      const answer = `HTTP ${action.status}`;
      return { kind: 'respond', ...known(question, chosen), via, ...taken, answer };
    }
    case 'no-backend': {
      const summary = `the rule ${label} takes the request and ${describeAction(action)}: correct its backends`;
      const error = manifestFinding({
        code: 'no-usable-backend',
        severity: 'error',
        summary,
        place: node.place(),
      });
      const answer = action.failure;
      return { kind: 'respond', ...known(question, chosen, [error]), via, ...taken, answer };
    }
    default: {
      const problem = `the rule ${label} takes the request and ${describeAction(action)}, so what is behind it cannot be told: write the rules into the VirtualService itself`;
      return unrouted(question, chosen, 'no-split', node.error(problem));
    }
  }
}

function unrouted(
  question: Question,
  chosen: ChosenRoute | null,
  code: UnroutedCode,
  { problem: summary, place }: InputError,
): Unrouted {
  const about = place.file === 'command line' ? 'call' : 'manifest';
  const problem = manifestFinding({
    code,
    severity: 'error',
    about,
    summary: `${summary}${clusterless(code, chosen?.via ?? null)}`,
    place,
  });
  const matched = chosen?.matched ?? null;
  return {
    kind: 'none',
    ...known(question, chosen, [problem]),
    ...(chosen === null || matched === null ? NO_RULE : takenRule(chosen, matched)),
    problem,
  };
}

/** What comes of a destination without a cluster. */
function clusterless(code: UnroutedCode, via: Via | null): string {
  if (code !== 'unknown-subset' && code !== 'unknown-port') return '';
  return via?.kind === 'proxyless'
    ? '; gRPC clients without a proxy wait for its cluster to the deadline of the call, 15 s at most'
    : '; requests fail with 503';
}

const NO_RULE: NoRule = {
  route: null,
  action: null,
  effects: null,
  headerChanges: [],
  limitPlaces: null,
};

function takenRule(
  { gatewayPort, perConnection = false }: ChosenRoute,
  matched: MatchedRule,
): TakenRule {
  const { action } = matched.rule;
  return {
    route: takenRoute(matched, gatewayPort),
    action: { kind: action.kind, description: describeAction(action) },
    // Nobody retries what a proxy does not look into.
    effects: perConnection ? matched.rule.effects : appliedEffects(matched),
    headerChanges: ruleHeaderChanges(
      matched.rule,
      action.kind === 'forward' ? action.backends : [],
    ),
    limitPlaces: limitPlaces(matched.rule),
  };
}

/** What is known whatever becomes of the request. */
function known(
  question: Question,
  chosen: ChosenRoute | null,
  errors: readonly Finding[] = [],
  forwarding: Forwarding | null = null,
): Resolved {
  const { set, lint, noticed, request, streaming } = question;
  const said = forwarding ?? chosen ?? { notes: [], findings: [] };
  const destinations = forwarding?.split.destinations ?? [];
  const client = chosen === null ? null : meshClientOf(set, chosen, request);
  const ofTls =
    forwarding === null || client === null ? [] : mtlsFindings(set, forwarding.split, client);
  const call =
    chosen === null || client?.kind !== 'proxyless'
      ? null
      : {
          rules: chosen.grpcRules ?? [],
          matched: chosen.matched,
          lostBy: [...errors, ...ofTls]
            .filter(({ severity }) => severity === 'error')
            .map((error) => lostCall(error, chosen.grpcRules ?? null)),
          client,
          destinations,
        };
  const traits = call === null ? [] : grpcTraits(set, call);
  const findings = [
    ...errors,
    ...[...new Set([...set.findings, ...said.findings])].filter((each) => !noticed.has(each)),
    ...(forwarding === null ? [] : destinationFindings(set, forwarding.split)),
    ...traits.map(traitFinding),
    ...ofTls,
    ...(chosen?.perConnection === true
      ? []
      : [
          ...protocolFindings(set, request, destinations, chosen, streaming),
          ...undercut(question, chosen),
        ]),
  ];
  return {
    via: chosen?.via ?? null,
    gatewayPort: chosen?.gatewayPort ?? null,
    perConnection: chosen?.perConnection ?? false,
    traces: chosen?.traces ?? [],
    grpcClients: call === null ? null : grpcOutcomes(traits, call),
    notes: said.notes,
    findings,
    // What this request has met already is said once.
    lint: lint.filter(
      ({ code, place }) =>
        !findings.some((finding) => finding.code === code && isAt(finding.place, place)),
    ),
  };
}

/** What streams is told apart: its deadline is that of all its messages. */
function undercut({ streaming, deadlineMs }: Question, chosen: ChosenRoute | null): Finding[] {
  const matched = chosen?.matched ?? null;
  if (streaming || matched?.rule.action.kind !== 'forward') return [];
  const finding = deadlineUndercut(appliedEffects(matched), limitPlaces(matched.rule), deadlineMs);
  return finding === null ? [] : [finding];
}

function isAt(one: Place | null, other: Place | null): boolean {
  return one?.path === other?.path && one?.line === other?.line && one?.file === other?.file;
}

function attempt<T>(step: () => T): T | InputError {
  try {
    return step();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

import { isIP } from 'node:net';
import type { CallRequest } from '../call/kinds.js';
import type { PreparedCall } from '../call/prepared-call.js';
import { okStatuses } from '../call/status-name.js';
import { NO_KNOWLEDGE } from '../count/proxied/knowledge.js';
import type { NamedDestination } from '../expect/expectation.js';
import { ABORT_MESSAGE, expectedAborts } from '../expect/expected-aborts.js';
import { planExpectation } from '../expect/kinds.js';
import { powerPerCall } from '../expect/power-per-call.js';
import { samplePlan } from '../expect/sample-plan.js';
import { checkErrorLimits } from '../expect/error-limits.js';
import { checkComparisons } from '../expect/comparison/comparison-questions.js';
import { plainThresholds, ratioThresholds } from '../expect/comparison/ratio-threshold.js';
import { parseTolerance } from '../expect/split/tolerance.js';
import { checkThresholds } from '../expect/thresholds/judge-thresholds.js';
import { parseThreshold } from '../expect/thresholds/threshold.js';
import { InputError } from '../input-error.js';
import { percent } from '../number-text.js';
import { maskedUrl } from '../secrets.js';
import type { PodImages } from '../inputs/cluster/pod-images.js';
import type { LoadedCall } from '../load/load-order.js';
import { divideOverCalls } from '../load/plan.js';
import type { Asked, AskedCall } from '../record/asked.js';
import type { DestinationPlace } from '../routing/envoy/cluster-identity.js';
import type { RuleTaker } from '../routing/rule-taker.js';
import { awaitInCall, inCall } from '../scenario/call-list.js';
import { isAllowed } from '../scenario/allowed-targets.js';
import { type Forwarding, forwardingNotes } from '../scenario/forwarding.js';
import type { GatewayReplica } from '../routing/gateway-replicas.js';
import type { Scenario, ScenarioCall } from '../scenario/scenario.js';
import type { RunLimits } from '../scenario/run-limits.js';
import { formatTarget } from '../scenario/target.js';
import { TOOL } from '../tool.js';
import { askedPage } from './asked-page.js';
import { configuredCalls } from './configured.js';
import type { ConfiguredCall } from './configured-call.js';
import { comparedPair } from './compared-pair.js';
import { identityWays } from './identity-ways.js';
import { lookedFor } from './looked-for.js';
import type { RunOptions } from './options.js';
import { inOwnNamespace } from './own-namespace.js';
import { preparedCalls } from './prepared-calls.js';
import { atReplica, overReplicas, replicasNote, sharedReplicas } from './replicas.js';
import { newRunId } from './run-id.js';
import { requireTolerated } from './tolerance-limits.js';
import { runUserAgent } from './user-agent.js';

/** A call with everything that is known before the first request. */
export interface RunCall {
  asked: AskedCall;
  loaded: LoadedCall;
  /** Its method in protobuf's language; absent where there is none. */
  definition?: string;
  /** What proxies know its destinations by, in their order. */
  places: readonly DestinationPlace[];
  /** The same call asking an application for one request alone; absent where it asks for none. */
  single?: CallRequest;
  /** Requests that a verdict needs; null when no number is enough, or none is needed. */
  planned: number | null;
  /** What tells requests of its rule from others; absent where requests are sent, or no rule is known. */
  taker?: RuleTaker;
}

/** What is asked, ready to be sent. */
export interface PreparedRun {
  asked: Asked;
  calls: RunCall[];
  /** What proxies may know the destinations of the calls by. */
  places: DestinationPlace[];
  /** Requests of all calls; null when only the clock ends the run. */
  requests: number | null;
  /** How they divide over the calls: one positive number for each. */
  parts: readonly number[];
  /** Whether the load ends as soon as the evidence is enough. */
  isSequential: boolean;
  /** Of the client: of the scenario, or where a cluster was read of its context. */
  namespace: string;
  /** What the pods of the cluster run; null where no cluster was read. */
  images: PodImages | null;
  /** Whether it goes on until a change of weights was seen. */
  isAcrossChange: boolean;
  /** The pods of the gateway, of which each has every call for itself, one after the other; null: the target is one. */
  replicas: readonly GatewayReplica[] | null;
  /** Why nothing may be sent, should the target be there after all; null where it may. */
  contractMissing: InputError | null;
}

/** Every pod that answers is a destination of its own. */
const NOTHING_CONFIGURED: ConfiguredCall = {
  via: null,
  route: null,
  behind: null,
  destinations: [],
  places: [],
  attribution: {
    destinations: [],
    workloads: [],
    tokens: [],
    proxy: NO_KNOWLEDGE,
    podsAreDestinations: true,
  },
  aborts: null,
  timeoutMs: null,
  limits: null,
  programmed: null,
  canary: null,
  gatewayPods: null,
  findings: [],
  settings: [],
  notes: [],
};

/**
 * Settles what a scenario asks: its calls encoded, their routes found, what is expected of them
 * planned. Nothing is sent.
 *
 * @throws InputError when the scenario or something it names is wrong.
 */
export async function ask(given: Scenario, options: RunOptions): Promise<PreparedRun> {
  const { signal, onNote } = options;
  const runId = given.runId ?? newRunId();
  const agentOf = (part: string): string => runUserAgent({ runId, part }, given.userAgent);
  const agents = { calls: agentOf(''), reflection: agentOf('/reflection') };
  requireReadableRule(given);
  const prepared = await preparedCalls(given, agents, options);
  const { calls: ofCalls, cluster } = await configuredCalls(given, prepared, signal);
  const configured = ofCalls.map((one) => one ?? NOTHING_CONFIGURED);
  const shared = sharedReplicas(configured.map((one) => one.replicas));
  const replicas = shared?.replicas ?? null;
  const scenario = replicas === null ? given : overReplicas(given, replicas.length);
  const calls: RunCall[] = [];
  for (const [index, call] of scenario.calls.entries()) {
    const own = prepared[index];
    if (own === undefined) throw new RangeError('a call that was not prepared');
    const settled = configured[index] ?? NOTHING_CONFIGURED;
    const run = () => runCall(scenario, call, own, settled, replicas?.length ?? 1, signal);
    const ready = await awaitInCall(scenario.calls, index, run);
    const isOnly = scenario.calls.length === 1;
    const each = replicas?.map((one) => ({ ...ready, asked: atReplica(ready.asked, one, isOnly) }));
    calls.push(...(each ?? [ready]));
  }
  const { thresholds } = scenario.rule;
  if (calls.some(({ asked }) => asked.forwards !== undefined)) refuseComparisons(scenario.rule);
  const compared = comparedPair(scenario.rule.compared, configured);
  const { passive } = scenario;
  checkThresholds(plainThresholds(thresholds), namesOf(configured), noCertificateOf(scenario));
  checkComparisons({ compared, thresholds }, namesOf(configured));
  const isSequential = calls.some(({ asked }) => asked.expectation?.design === 'sequential');
  if (isSequential) refuseLogs(scenario, calls, '--sequential');
  const isAcrossChange = calls.some(({ asked }) => asked.expectation?.kind === 'change');
  if (isAcrossChange) refuseLogs(scenario, calls, '--across-change');
  const size =
    scenario.command === 'verify'
      ? samplePlan({ ...scenario.load, ...clockOf(passive, calls), isSequential }, calls)
      : { requests: scenario.load.requests, parts: calls.map(() => 1), notes: [] };
  const ofCluster = cluster === null ? [] : [cluster.note];
  const ofReplicas = shared === null ? [] : [replicasNote(shared)];
  const notes = [...ofCluster, ...ofReplicas, ...configured.flatMap((one) => one.notes)].map(
    (note) => `note: ${note}`,
  );
  const ofForwarding = scenario.calls.flatMap(({ call }, index) =>
    'forwarding' in call ? forwardingNotes(call.forwarding, calls[index]?.planned ?? null) : [],
  );
  for (const note of new Set([...notes, ...ofForwarding, ...size.notes])) onNote?.(note);
  const { requests, parts } = size;
  const places = configured.flatMap((one) => one.places);
  const sized = isSequential ? withMost(calls, divideOverCalls(requests, parts)) : calls;
  const asked: Asked = {
    ...askedOf(scenario, runId, sized, configured, requests, compared),
    cluster: cluster?.asked ?? null,
  };
  const contractMissing = prepared.flatMap((one) => one.contractMissing ?? [])[0] ?? null;
  const images = cluster?.images ?? null;
  return {
    ...{ asked, calls: sized, places, requests, parts },
    ...{ isSequential, isAcrossChange, contractMissing, images, replicas },
    namespace: inOwnNamespace(scenario, cluster).namespace,
  };
}

/** Why a run sees no certificate; null where it does. */
function noCertificateOf({ passive, security }: Scenario): string | null {
  if (passive !== null) return 'with --passive the target is not connected to: drop it';
  return security.kind === 'plaintext' ? 'the target is spoken to in plaintext' : null;
}

/** Lines of others are read for some time: as many as are planned, where a plan can be made. */
function clockOf(passive: Scenario['passive'], calls: readonly RunCall[]) {
  if (passive === null) return {};
  return { durationMs: calls.some(({ planned }) => planned === null) ? passive.forMs : null };
}

/** Calls that may end at any time, and what they may send until then. @param most By call. */
function withMost(calls: readonly RunCall[], most: readonly (number | null)[]): RunCall[] {
  return calls.map((call, index) => {
    const { expectation } = call.asked;
    if (expectation?.kind !== 'split') return call;
    const requestsAtMost = most[index] ?? null;
    return { ...call, asked: { ...call.asked, expectation: { ...expectation, requestsAtMost } } };
  });
}

/** What cannot be read of the rule is told before the target is asked for a contract. */
function requireReadableRule({ calls, rule }: Scenario): void {
  for (const [index, { expect }] of calls.entries()) {
    inCall(calls, index, () => expect !== null && parseTolerance(expect.tolerance));
  }
  plainThresholds(rule.thresholds).forEach(parseThreshold);
}

/** What only a log tells is known when the load has ended. */
function refuseLogs(
  { accessLogFormat }: Scenario,
  calls: readonly RunCall[],
  flag: '--sequential' | '--across-change',
): void {
  const isLogged = calls.some(
    ({ loaded }) => loaded.counting.answers.identity.source.kind === 'access-log',
  );
  if (!isLogged && accessLogFormat === null) return;
  throw new InputError(
    'an access log is read when the load has ended, so there is nothing to look at before: drop one of the two',
    { path: flag },
  );
}

async function runCall(
  { rule, calls, load, target, limits, secrets }: Scenario,
  call: ScenarioCall,
  prepared: PreparedCall,
  configured: ConfiguredCall,
  replicas: number,
  signal: AbortSignal | undefined,
): Promise<RunCall> {
  const { name, request, answers } = prepared;
  const { route, behind, programmed, gatewayPods, findings, settings } = configured;
  const { forwarding } = 'forwarding' in call.call ? call.call : {};
  const forwards = forwarding === undefined ? undefined : { url: maskedUrl(forwarding.url) };
  const observationsPerCall = forwarding?.count ?? OBSERVATIONS_PER_CALL;
  if (forwarding !== undefined) {
    refuseUnseen(call, configured);
    requireAllowedForwarding(forwarding, limits);
  }
  // What a proxy says in the headers of the answer is said of the application that was asked.
  const attribution =
    forwards === undefined
      ? configured.attribution
      : { ...configured.attribution, proxy: { ...configured.attribution.proxy, seesThem: false } };
  const ok = call.okStatuses ?? okStatuses(request.kind);
  const aborts = configured.aborts === null ? null : expectedAborts(configured.aborts, ok);
  const streamsBy = streamsByOf(call, prepared);
  const destinations = await withPrevious(configured.destinations, call, name, signal);
  checkErrorLimits(call.errorLimits, attribution.podsAreDestinations ? null : destinations);
  const { expectation, wanted, requests } = await planExpectation(call.expect, {
    destinations,
    aborts,
    okStatuses: ok,
    alpha: rule.alpha,
    power: powerPerCall(rule.power, calls.length * replicas),
    concurrency: load.concurrency,
    connections: load.connections / replicas,
  });
  const page = configured.page ?? askedPage(call.call, request);
  const { tolerances } = limits;
  if (tolerances.length > 0 && expectation !== null) {
    requireTolerated(expectation.tolerance, tolerances, destinations);
  }
  return {
    asked: {
      name,
      ...(call.name === null ? {} : { givenName: call.name }),
      ...(Object.keys(call.labels).length === 0 ? {} : { labels: call.labels }),
      protocol: request.kind,
      route,
      behind,
      programmed,
      ...(page === undefined ? {} : { page }),
      findings,
      ...(settings.length === 0 ? {} : { settings }),
      destinations,
      aborts,
      identityWays:
        call.source === null || forwards !== undefined
          ? null
          : identityWays(target, prepared, call.source, gatewayPods),
      ...(call.source === null ? {} : { lookedFor: lookedFor(answers.identity, attribution) }),
      observationsPerCall,
      ...(forwards === undefined ? {} : { forwards }),
      ...(target.kind === 'xds' ? { choosesPerCall: true } : {}),
      ...(streamsBy === undefined ? {} : { streamsBy, ...routeTimeout(configured) }),
      ...(configured.limits === null ? {} : { limits: configured.limits }),
      maxErrorRate: call.maxErrorRate,
      errorLimits: call.errorLimits,
      expectation,
    },
    loaded: {
      request,
      counting: {
        ...{ answers, attribution, observationsPerCall, ...wanted },
        ...(streamsBy === undefined ? {} : { streamsBy }),
      },
      ...(aborts === null ? {} : { intendedFailure: ABORT_MESSAGE }),
      secrets,
    },
    ...(prepared.definition === undefined ? {} : { definition: prepared.definition }),
    ...(prepared.single === undefined ? {} : { single: prepared.single }),
    places: configured.places,
    ...(configured.taker === undefined ? {} : { taker: configured.taker }),
    planned: requests === null ? null : Math.ceil(requests / observationsPerCall),
  };
}

/** @throws InputError when versions are to be held against each other by how long they take. */
function refuseComparisons({ compared, thresholds }: Scenario['rule']): void {
  if (compared === null && ratioThresholds(thresholds).length === 0) return;
  throw new InputError(
    'how long a ForwardEcho takes is that of all its requests together, and of no destination: drop it, or call the service itself',
    { path: compared === null ? '--threshold' : '--compare-destinations' },
  );
}

/** @throws InputError when the load would go, by way of the target, where it may not. */
function requireAllowedForwarding({ scheme, host, port }: Forwarding, limits: RunLimits): void {
  const place = { kind: 'tcp' as const, host, port: port ?? (scheme === 'https' ? 443 : 80) };
  // Whoever the name is resolved by, it is not this client.
  const address = isIP(host) === 0 ? [] : [place];
  const bar = limits.allowedTargets.find((allowed) => !isAllowed(allowed, place, address));
  if (bar === undefined) return;
  throw new InputError(
    `${formatTarget({ ...place, scheme: null })}, where the application at the target is to send, is none of the allowed targets: ${bar.patterns.join(', ')}`,
    bar.place,
  );
}

/** @throws InputError when what is asked for cannot be told from what calls of several requests are answered. */
function refuseUnseen({ expect }: ScenarioCall, { aborts }: ConfiguredCall): void {
  if (expect?.design === 'sequential') {
    throw new InputError(
      'the evidence is looked at request by request, and the requests of a ForwardEcho may hang together: drop it',
      { path: '--sequential' },
    );
  }
  if (expect?.kind === 'change') {
    throw new InputError(
      'the requests of a ForwardEcho are made when the application comes to them, so when cannot be told: drop it',
      { path: '--across-change' },
    );
  }
  if (aborts === null) return;
  throw new InputError(
    `the route answers ${percent(aborts.share)} of the requests with ${aborts.description}, and a ForwardEcho in which one request fails hides the answers to all others: ask the service itself (proto.EchoTestService/Echo)`,
    { path: '--forward-to' },
  );
}

/** A unary call gives one answer, and a stream is one at the least. */
const OBSERVATIONS_PER_CALL = 1;

/** @throws InputError when messages are to be counted of a run that ends when the evidence is enough. */
function streamsByOf(
  { call, expect }: ScenarioCall,
  { request }: PreparedCall,
): 'streams' | 'messages' | undefined {
  if (call.kind !== 'grpc' || request.kind !== 'grpc' || request.stream === undefined) {
    return undefined;
  }
  const countedBy = call.stream?.countedBy ?? null;
  if (countedBy === 'messages' && expect?.design === 'sequential') {
    throw new InputError(
      'the evidence is looked at stream by stream: drop this, or --count messages',
      { path: '--sequential' },
    );
  }
  if (countedBy === 'messages' && expect?.kind === 'change') {
    throw new InputError(
      'each stream has one moment, its messages have not: drop --count messages',
      {
        path: '--across-change',
      },
    );
  }
  return countedBy ?? 'streams';
}

function routeTimeout({ timeoutMs }: ConfiguredCall): Pick<AskedCall, 'routeTimeoutMs'> {
  return timeoutMs === null ? {} : { routeTimeoutMs: timeoutMs };
}

async function withPrevious(
  destinations: NamedDestination[],
  { previous }: ScenarioCall,
  name: string,
  signal: AbortSignal | undefined,
): Promise<NamedDestination[]> {
  if (previous === null) return destinations;
  const { withPreviousWeights } = await import('./previous.js');
  return await withPreviousWeights(destinations, previous, name, signal);
}

/** Names that thresholds may use; null where every pod that answers is one. */
function namesOf(configured: readonly ConfiguredCall[]): string[] | null {
  const tables = configured.map(({ attribution }) => attribution);
  if (tables.some(({ podsAreDestinations }) => podsAreDestinations === true)) return null;
  return [...new Set(tables.flatMap(({ destinations }) => destinations))];
}

/** Where no one is connected to, requests are known by the host that they are for. */
function authorityOfCalls([call]: readonly RunCall[]): string {
  return call?.loaded.request.authority ?? '';
}

function askedOf(
  { command, name, labels, target, load, rule, passive }: Scenario,
  runId: string,
  calls: readonly RunCall[],
  configured: readonly ConfiguredCall[],
  requests: number | null,
  compared: Asked['rule']['compared'],
): Omit<Asked, 'cluster'> {
  const vias = new Set(configured.flatMap(({ via }) => via ?? []));
  const { alpha, power, seed, thresholds } = rule;
  return {
    command,
    tool: TOOL,
    runId,
    labels,
    askedAt: new Date().toISOString(),
    scenario: name,
    ...(passive === null ? {} : { passive: { routeName: passive.routeName } }),
    target: passive?.isTargetGiven === false ? authorityOfCalls(calls) : formatTarget(target),
    via: vias.size === 0 ? null : [...vias].join(', '),
    load: {
      loop: load.requestsPerSecond === null ? 'closed' : 'open',
      requests,
      durationMs: passive === null ? load.durationMs : passive.forMs,
      requestsPerSecond: load.requestsPerSecond,
      // Known when the target is.
      atMostPerSecond: null,
    },
    rule: { alpha, power, seed, thresholds, compared },
    calls: calls.map(({ asked }) => asked),
  };
}

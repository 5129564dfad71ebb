import type { AskedPage } from '../expect/page/asked-page.js';
import { headOf } from '../call/kinds.js';
import type { PreparedCall } from '../call/prepared-call.js';
import type { RouteLimits } from '../expect/retries/route-limits.js';
import { attributionTable, NOBODY } from '../count/attribution.js';
import { clusterNames } from '../routing/envoy/cluster-identity.js';
import { canaryPair } from '../routing/rollouts/canary-pair.js';
import { forwardedOrRefused } from '../routing/forwarded-or-refused.js';
import { inNamespace, type ManifestSet } from '../routing/manifest-set.js';
import { formatVia, type RouteRequest } from '../routing/request.js';
import type { Forwarded } from '../routing/resolution.js';
import type { WorkloadPattern } from '../routing/route-split.js';
import { resolveRoute } from '../routing/resolve.js';
import type { GatewayReplicas } from '../routing/gateway-replicas.js';
import { ruleTaker } from '../routing/rule-taker.js';
import { resolveServiceBehind } from '../routing/service-behind.js';
import type { Call } from '../scenario/call.js';
import { inCall } from '../scenario/call-list.js';
import type { ExpectationSource } from '../scenario/expectation-source.js';
import type { ExpectedService } from '../scenario/expected-service.js';
import type { Scenario } from '../scenario/scenario.js';
import { askedPage, routedPage } from './asked-page.js';
import type { Configuration } from '../inputs/configuration.js';
import {
  type Configured,
  type ConfiguredCall,
  configuredByWeights,
  type WeightedName,
} from './configured-call.js';
import {
  findConfigNotProgrammed,
  programmedSplit,
  type ProxyConfig,
  readProxyConfigs,
} from './programmed.js';
import { forwardedRequest } from './forwarded-request.js';
import { inOwnNamespace } from './own-namespace.js';
import { replicasIn } from './replicas.js';
import { routeRequest } from './route-request.js';

/**
 * Works out what the manifests and the proxy's configuration say of each call. They are read once for
 * all of them.
 *
 * @throws InputError when the manifests are wrong, or do not lead the call to a split.
 */
export async function routedCalls(
  given: Scenario,
  calls: readonly PreparedCall[],
  signal: AbortSignal | undefined,
): Promise<Configured> {
  const { programmed } = given;
  const proxy = programmed === null ? null : await readProxyConfigs(programmed, signal);
  const sources = given.calls.map(({ source }) => source);
  // The calls of a run share their manifests.
  const files = sources.find((source) => source?.kind === 'manifests');
  const loaded = files === undefined ? null : await manifestsIn(files, signal);
  const manifests = loaded?.manifests ?? null;
  const scenario = inOwnNamespace(given, loaded?.cluster ?? null);
  const ofCalls = calls.map((call, index) => {
    const { source = null, service = null } = scenario.calls[index] ?? {};
    if (source === null) return null;
    const asked = requestOf(scenario, call, scenario.calls[index]?.call, source);
    const request = scenario.passive === null ? asked : asSpoken(manifests, asked, scenario);
    const streaming = call.request.kind === 'grpc' && call.request.stream !== undefined;
    const page = pageOf(scenario, index, call);
    // How long others wait, nobody knows.
    const deadlineMs = scenario.passive === null ? scenario.load.timeoutMs : null;
    return inCall(calls, index, () => {
      const replicas = replicasAsked(scenario, request, loaded);
      const routed = { request, streaming, deadlineMs, page, replicas };
      const configured = configuredFrom(source, routed, service, manifests, proxy);
      if (scenario.passive === null || manifests === null) return configured;
      const taker = ruleTaker(manifests, request);
      return taker === null ? configured : { ...configured, taker };
    });
  });
  return { calls: ofCalls, cluster: loaded?.cluster ?? null };
}

/** As others send it: where nothing says whether in TLS, as it gets to a split. */
function asSpoken(
  manifests: ManifestSet | null,
  request: RouteRequest,
  { passive, target, security }: Scenario,
): RouteRequest {
  const asked = passive?.isTargetGiven === true ? request : { ...request, targetPort: null };
  const isSaid = security.kind === 'plaintext' || (target.kind === 'tcp' && target.scheme !== null);
  if (manifests === null || isSaid) return asked;
  const plain: RouteRequest = { ...asked, scheme: 'http' };
  const isForwarded = (one: RouteRequest) => resolveRoute(manifests, one).kind === 'forward';
  return !isForwarded(asked) && isForwarded(plain) ? plain : asked;
}

async function manifestsIn(
  source: Extract<ExpectationSource, { kind: 'manifests' }>,
  signal: AbortSignal | undefined,
): Promise<Configuration> {
  // Loaded where there are manifests, with the YAML library.
  const { loadConfiguration } = await import('../inputs/configuration.js');
  return await loadConfiguration(source, signal);
}

function pageOf({ calls }: Scenario, index: number, { request }: PreparedCall) {
  const call = calls[index]?.call;
  return call === undefined ? undefined : askedPage(call, request);
}

/** A request, and what of its call the route matters for. */
interface RoutedRequest {
  request: RouteRequest;
  /** Whether it streams: then a timeout of its route cuts it off. */
  streaming: boolean;
  /** How long an answer is waited for, in ms; null: nobody knows. */
  deadlineMs: number | null;
  page: AskedPage | undefined;
  /** Finds the replicas of the gateway that it comes in through; null where they are not asked for. */
  replicas: ((front: Forwarded) => GatewayReplicas) | null;
}

function replicasAsked(
  { eachReplica, target }: Scenario,
  request: RouteRequest,
  loaded: Configuration | null,
): RoutedRequest['replicas'] {
  if (eachReplica === null || loaded === null) return null;
  return ({ via, gatewayPort }) =>
    replicasIn(loaded, eachReplica, { request, via, gatewayPort, target });
}

function configuredFrom(
  source: ExpectationSource,
  routed: RoutedRequest,
  service: ExpectedService | null,
  manifests: ManifestSet | null,
  proxy: readonly ProxyConfig[] | null,
): ConfiguredCall {
  if (source.kind === 'weights') return besideProxy(source.weights, routed.request, service, proxy);
  if (manifests === null) throw new RangeError('manifests that were not loaded');
  return byManifests(manifests, routed, service, proxy);
}

function byManifests(
  manifests: ManifestSet,
  { request, streaming, deadlineMs, page, replicas }: RoutedRequest,
  service: ExpectedService | null,
  proxy: readonly ProxyConfig[] | null,
): ConfiguredCall {
  const front = forwardedOrRefused(resolveRoute(manifests, request, { streaming, deadlineMs }));
  const { destinations, route, effects, gatewayPort, findings, settings, lint, notes } = front;
  // The proxy that is asked is the one that clients call.
  const programmed =
    proxy === null
      ? null
      : programmedSplit(proxy, request, gatewayPort, { kind: 'manifests', destinations });
  const ofProxy = findConfigNotProgrammed(programmed);
  const { gatewayPods } = front;
  const timeoutMs = effects.timeoutMs === 0 ? null : effects.timeoutMs;
  const common = {
    ...{ via: formatVia(front.via), aborts: effects.abort, timeoutMs, programmed, gatewayPods },
    settings,
    limits: routeLimits(front),
    ...(replicas === null ? {} : { replicas: replicas(front) }),
    ...(page === undefined ? {} : { page: routedPage(page, manifests, request, front) }),
  };
  const canary = (split: Forwarded): ConfiguredCall['canary'] =>
    canaryPair(
      inNamespace(manifests, request.objectNamespace ?? request.namespace),
      split.destinations,
    );
  if (service === null) {
    return {
      ...common,
      ...splitOf(front, true),
      canary: canary(front),
      behind: null,
      findings: [...ofProxy, ...findings, ...lint],
      notes,
    };
  }
  const behind = forwardedOrRefused(
    resolveServiceBehind(manifests, request, front, service).resolution,
  );
  return {
    ...common,
    ...splitOf(behind, false),
    canary: canary(behind),
    behind: { service: service.host, frontRoute: route },
    findings: [...ofProxy, ...findings, ...behind.findings, ...behind.lint],
    notes: [...notes, ...behind.notes],
  };
}

/** What the route allows each request, whatever stands behind it; null where no route is known. */
function routeLimits({ effects, limitPlaces, route }: Forwarded): RouteLimits | null {
  if (route === null || limitPlaces === null) return null;
  const { retries, timeoutMs } = effects;
  return {
    timeoutMs: timeoutMs === 0 ? null : timeoutMs,
    retries:
      retries === null
        ? null
        : {
            ...retries,
            isByStatusAlone: /^(?:HTTP|GRPC)Route /.test(route.source),
            place: limitPlaces.retries,
          },
  };
}

/** @param seesThem Whether the proxy that is called makes the split. */
function splitOf(
  { route, destinations, workloads, subsetTokens, addresses, headers }: Forwarded,
  seesThem: boolean,
): Pick<ConfiguredCall, 'route' | 'destinations' | 'places' | 'attribution'> {
  return {
    route,
    destinations: destinations.map(({ name, weight, replicas }) => {
      return { name, weight, replicas, previousWeight: null };
    }),
    places: destinations.map(({ name, host, subset, port }) => ({ name, host, subset, port })),
    attribution: attributionTable(
      destinations.map(({ name }) => name),
      // Of a service behind the one called others' pods are expected to be seen, too: they are nobody's.
      seesThem ? workloads : workloads.map(nobodysElsewhere),
      subsetTokens,
      {
        seesThem,
        addresses,
        headers,
        clusters: destinations.map((destination) => {
          const { host, subset, port } = destination;
          return { host, subset, port, names: clusterNames(destination) };
        }),
      },
    ),
  };
}

function nobodysElsewhere(workload: WorkloadPattern): WorkloadPattern {
  return workload.destination === null && workload.isElsewhere
    ? { ...workload, destination: NOBODY }
    : workload;
}

function besideProxy(
  weights: readonly WeightedName[],
  request: RouteRequest,
  service: ExpectedService | null,
  proxy: readonly ProxyConfig[] | null,
): ConfiguredCall {
  const configured = configuredByWeights(weights, service);
  // Weights of a service behind the proxy are not the proxy's.
  if (proxy === null || service !== null) return configured;
  const programmed = programmedSplit(proxy, request, request.targetPort, {
    kind: 'weights',
    weights,
  });
  return { ...configured, programmed, findings: findConfigNotProgrammed(programmed) };
}

const NO_MANIFESTS: Extract<ExpectationSource, { kind: 'manifests' }> = {
  kind: 'manifests',
  sources: [],
  cluster: null,
  via: undefined,
  clientLabels: undefined,
  virtualService: undefined,
  gatewayPort: undefined,
  scheme: undefined,
  gatewayClass: undefined,
  rolloutStep: undefined,
  rootNamespace: undefined,
};

function requestOf(
  { target, namespace, security }: Scenario,
  { request }: PreparedCall,
  call: Call | undefined,
  source: ExpectationSource,
): RouteRequest {
  const manifests = source.kind === 'manifests' ? source : NO_MANIFESTS;
  if (call !== undefined && 'forwarding' in call) {
    return forwardedRequest(call.forwarding, namespace, manifests);
  }
  const { path, scheme, authority, metadata } = request;
  const { method, headers } = headOf(request);
  return routeRequest(
    {
      method,
      path,
      scheme,
      authority,
      serverName: security.kind === 'tls' ? (security.serverName ?? null) : null,
      metadata: [...headers, ...metadata],
      target,
      namespace,
    },
    manifests,
  );
}

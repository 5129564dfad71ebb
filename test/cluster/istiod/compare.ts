import { InputError } from '../../../src/input-error.js';
import type { ManifestSet } from '../../../src/routing/manifest-set.js';
import { parseManifests } from '../../../src/routing/parse-manifests.js';
import type { Resolution } from '../../../src/routing/resolution.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { knownHosts } from '../../../src/routing/service-registry.js';
import { manifestsOf, type KubernetesObject } from '../../routing/objects.js';
import { withApiDefaults } from './api-defaults.js';
import type { ControlPlane, GivenConfiguration, Refusal } from './control-plane.js';
import {
  gatewayOutcome,
  type ProxiedOutcome,
  sidecarOutcome,
  waypointOutcome,
} from './envoy-route.js';
import type { AskedRequest, GeneratedSet } from './generated-set.js';

/** A request of which Istiod and `explain` say different things, or an object that only one refuses. */
export interface Difference {
  family: string;
  /** `null`: about an object. */
  request: AskedRequest | null;
  istiod: string;
  explained: string;
}

export interface Comparison {
  /** How many requests had which outcome at Istiod's proxy. */
  outcomes: Readonly<Record<string, number>>;
  /** Requests to services that are not given, which `explain` takes to be there. */
  onPurpose: number;
  differences: readonly Difference[];
}

/** Holds what `explain` says of a set's requests against what the proxies of a real Istiod would do. */
export async function compareSet(
  controlPlane: ControlPlane,
  { family, objects, requests }: GeneratedSet,
): Promise<Comparison> {
  const proxies = [...new Map(requests.map(({ proxy }) => [proxy.name, proxy])).values()];
  const answer = await controlPlane.ask(objects.map(withApiDefaults), proxies);
  const differences: Difference[] = [];
  const admitted = objects.filter((object) => {
    const refusal = answer.refused.find((each) => isOf(each, object));
    const problem = problemOf(object);
    if ((refusal === undefined) !== (problem === null))
      differences.push({
        family,
        request: null,
        istiod: refusal === undefined ? `takes ${JSON.stringify(object)}` : refusal.reason,
        explained: problem ?? `takes ${JSON.stringify(object)}`,
      });
    return refusal === undefined && problem === null;
  });
  const outcomes: Record<string, number> = {};
  let onPurpose = 0;
  if (differences.length > 0) return { outcomes, onPurpose, differences };
  const set = manifestsOf(admitted);
  for (const request of requests) {
    const given = answer.proxies[request.proxy.name];
    if (given === undefined) throw new Error(`Istiod gave nothing to ${request.proxy.name}`);
    const outcome = outcomeAt(given, request);
    const kind = outcomeKind(outcome);
    outcomes[kind] = (outcomes[kind] ?? 0) + 1;
    // There is nothing to follow: Envoy stays without the listener.
    if (outcome.kind === 'refused') continue;
    const istiod = describeOutcome(outcome, family.startsWith('gateway-api'));
    const explained = describeResolution(set, request);
    if (agree(istiod, explained)) continue;
    if (leadsToUngiven(outcome, set)) onPurpose += 1;
    else differences.push({ family, request, istiod, explained });
  }
  return { outcomes, onPurpose, differences };
}

function outcomeAt(given: GivenConfiguration, request: AskedRequest): ProxiedOutcome {
  switch (request.proxy.kind) {
    case 'sidecar':
      return sidecarOutcome(given, request);
    case 'router':
      return gatewayOutcome(given, request);
    case 'waypoint':
      return waypointOutcome(given, request);
    case 'grpc':
      throw new Error('gRPC clients are compared by themselves');
  }
}

/** Some cluster is missing because there is no such service, or a backend is not found. */
function leadsToUngiven(outcome: ProxiedOutcome, set: ManifestSet): boolean {
  if (outcome.kind === 'direct-response') return outcome.status === 500;
  return (
    outcome.kind === 'forward' &&
    outcome.absent.some((cluster) => !knownHosts(set).includes(cluster.split('|')[3] ?? ''))
  );
}

export function isOf(
  { kind, namespace, name }: Refusal,
  { kind: own, metadata }: KubernetesObject,
): boolean {
  const other = metadata as { namespace: string; name: string };
  return kind === own && namespace === other.namespace && name === other.name;
}

export function problemOf(object: KubernetesObject): string | null {
  try {
    parseManifests(JSON.stringify(object), 'object.json');
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

function outcomeKind(outcome: ProxiedOutcome): string {
  if (outcome.kind !== 'forward') return outcome.kind;
  if (outcome.absent.length > 0) return 'absent-cluster';
  return outcome.shares.size > 1 ? 'split' : isPassthrough(outcome) ? 'passthrough' : 'single';
}

function isPassthrough({ shares }: { shares: ReadonlyMap<string, number> }): boolean {
  return shares.has('PassthroughCluster') || shares.has('BlackHoleCluster');
}

/** In words that both sides have; ports of destinations stand last, for `explain` may not know them. */
function describeOutcome(outcome: ProxiedOutcome, isGatewayApi: boolean): string {
  switch (outcome.kind) {
    case 'forward': {
      if (isPassthrough(outcome)) return 'no route';
      const present = [...outcome.shares].filter(([cluster]) => !outcome.absent.includes(cluster));
      // There a backend without a cluster is answered with 500, and the others keep their shares.
      if (isGatewayApi && present.length === 0) return 'answer 500';
      if (!isGatewayApi && outcome.absent.length > 0) return 'absent cluster';
      const shares = present.map(([cluster, share]) => {
        const [, port = '', subset = '', host = ''] = cluster.split('|');
        // A waypoint's clusters have the protocol before the subset.
        return line(share, host, subset.replace(/^http\/?/, ''), port);
      });
      return shares.sort().join(', ');
    }
    case 'redirect':
      return `redirect to ${outcome.to}`;
    case 'direct-response':
      return `answer ${outcome.status}`;
    case 'no-route':
    case 'closed':
    case 'refused':
      return 'no route';
  }
}

export function line(share: number, host: string, subset: string, port: string): string {
  return `${(100 * share).toFixed(3)} % ${host} ${subset} :${port}`;
}

function describeResolution(set: ManifestSet, request: AskedRequest): string {
  let resolution: Resolution;
  try {
    resolution = resolveRoute(set, routeRequest(request));
  } catch (error) {
    if (error instanceof InputError) return `error: ${error.message}`;
    throw error;
  }
  // Connections come to the pods past the waypoint.
  if (resolution.via?.kind === 'ztunnel') return 'no route: no waypoint';
  switch (resolution.kind) {
    case 'forward':
      return describeForwarded(resolution);
    case 'redirect':
      return `redirect to ${resolution.to.replace('the same address over HTTPS', 'https://')}`;
    case 'respond':
      // On purpose: the specification's status for gRPC, where Istio's Envoy turns 500 into UNKNOWN.
      return `answer ${resolution.answer.replace('gRPC UNAVAILABLE', '500').replace('HTTP ', '')}`;
    case 'none':
      if (['unknown-subset', 'unknown-port'].includes(resolution.problem.code))
        return 'absent cluster';
      if (resolution.problem.code === 'no-split') {
        const [, service] = /^no route names (\S+),/.exec(resolution.problem.summary) ?? [];
        if (service !== undefined) return line(1, service, '', '?');
      }
      return `no route: ${resolution.problem.summary}`;
  }
}

export function describeForwarded(resolution: Extract<Resolution, { kind: 'forward' }>): string {
  const { destinations, route, effects } = resolution;
  const [first] = destinations;
  if (route === null && first !== undefined) return line(1, first.host, '', '?');
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  const working = 1 - (effects.failing?.share ?? 0);
  const shares = new Map<string, number>();
  for (const { host, subset, port, weight } of destinations) {
    if (weight === 0) continue;
    const key = JSON.stringify([host, subset ?? '', port ?? '?']);
    shares.set(key, (shares.get(key) ?? 0) + (working * weight) / total);
  }
  return [...shares]
    .map(([key, share]) => {
      const [host = '', subset = '', port = ''] = JSON.parse(key) as (string | number)[];
      return line(share, String(host), String(subset), String(port));
    })
    .sort()
    .join(', ');
}

function routeRequest(request: AskedRequest): Parameters<typeof resolveRoute>[1] {
  const { gateway, method, path, tls, authority, serverName, headers, port, proxy } = request;
  if (proxy.kind === 'waypoint')
    return {
      method,
      path,
      scheme: 'http',
      authority: `${authority}:${port}`,
      headers,
      targetPort: port,
      via: undefined,
      namespace: 'client',
      objectNamespace: 'default',
    };
  const [namespace = '', name = ''] = (gateway ?? '').split('/');
  return {
    method,
    path,
    scheme: tls ? 'https' : 'http',
    // As a target that names the port has it.
    authority: gateway === null && port === 80 ? `${authority}:80` : authority,
    ...(serverName === undefined ? {} : { serverName }),
    headers,
    targetPort: port,
    via: gateway === null ? { kind: 'mesh' } : { kind: 'gateway', namespace, name },
    ...(gateway === null ? {} : { gatewayPort: port }),
    namespace: proxy.namespace,
    ...(gateway === null ? { clientLabels: proxy.labels } : {}),
  };
}

export function agree(istiod: string, explained: string): boolean {
  if (istiod === 'no route') return explained.startsWith('no route');
  if (istiod === explained) return true;
  const forgetPorts = (text: string): string => text.replace(/:(?:\d+|\?)/g, ':?');
  return explained.includes(':?') && forgetPorts(istiod) === forgetPorts(explained);
}

/** In one line, with what is needed to see it again. */
export function describeDifference({ family, request, istiod, explained }: Difference): string {
  const what =
    request === null
      ? 'an object'
      : `${request.method} ${request.tls ? 'https' : 'http'}://${request.authority}${request.path} ${JSON.stringify([...request.headers])} at ${request.gateway ?? request.proxy.name}:${request.port}`;
  return `${family}: ${what}: Istiod says ${istiod}, explain says ${explained}`;
}

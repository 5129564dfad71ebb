import type { ReplicaOfGateway } from '../expect/expectation.js';
import { InputError } from '../input-error.js';
import { replicasNotReadable } from '../inputs/cluster/missing-rights.js';
import type { Configuration } from '../inputs/configuration.js';
import type { SocketTransportSpec } from '../load/transport/transport.js';
import { counted } from '../number-text.js';
import {
  type GatewayReplica,
  type GatewayReplicas,
  gatewayReplicas,
} from '../routing/gateway-replicas.js';
import { inNamespace } from '../routing/manifest-set.js';
import type { RouteRequest, Via } from '../routing/request.js';
import type { EachReplica } from '../scenario/each-replica.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatTarget, type Target } from '../scenario/target.js';

const PLACE = { path: '--each-replica' };

/** A request that comes in through a gateway. */
interface ArrivedRequest {
  request: Pick<RouteRequest, 'namespace' | 'objectNamespace'>;
  via: Via;
  /** Of the gateway's listener; null where it is not known. */
  gatewayPort: number | null;
  /** null: nothing says where it is sent, and the port of the listener is taken. */
  target: Target | null;
}

/**
 * The replicas of the gateway that a request comes in through, by the cluster.
 *
 * @throws InputError where they cannot be found: as what the caller may not read, if that is why.
 */
export function replicasIn(
  { manifests, cluster }: Configuration,
  { service }: EachReplica,
  { request, via, gatewayPort, target }: ArrivedRequest,
): GatewayReplicas {
  const { host, port } = target?.kind === 'tcp' ? target : { host: '', port: gatewayPort ?? 0 };
  const set = inNamespace(manifests, request.objectNamespace ?? request.namespace);
  try {
    return gatewayReplicas(set, { via, target: { host, port }, gatewayPort, service });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw replicasNotReadable(cluster?.missing ?? []) ?? error;
  }
}

/**
 * The replicas that all calls of a run share.
 *
 * @param all By call.
 * @returns null where none are asked for.
 * @throws InputError where calls come in through different gateways.
 */
export function sharedReplicas(
  all: readonly (GatewayReplicas | undefined)[],
): GatewayReplicas | null {
  const [first] = all;
  if (first === undefined) return null;
  const other = all.find((one) => one?.service !== first.service);
  if (other === undefined) return first;
  throw new InputError(
    `the calls come in through different gateways (${first.service} and ${other.service}): take those of one, with --call`,
    PLACE,
  );
}

/** Where a replica takes connections. */
export function endpointOf({ address: host, port }: GatewayReplica): SocketTransportSpec['target'] {
  return { kind: 'tcp', host, port };
}

/**
 * A call as it is made of one replica.
 *
 * @param isOnly Whether it is the only call of the run: then its pod is name enough.
 */
export function atReplica<T extends { name: string; givenName?: string | undefined }>(
  asked: T,
  { pod, namespace, address: host, port }: GatewayReplica,
  isOnly: boolean,
): T & { givenName: string; replica: ReplicaOfGateway } {
  const address = formatTarget({ kind: 'tcp', host, port, scheme: null });
  const givenName = nameAtReplica(isOnly ? null : (asked.givenName ?? asked.name), pod);
  return { ...asked, givenName, replica: { pod, namespace, address } };
}

/** What a call is called that is made of one replica. @param name null: nothing has to tell it from others. */
export function nameAtReplica(name: string | null, pod: string): string {
  return name === null ? pod : `${name} at ${pod}`;
}

/** As many connections to each replica: those there are, rounded down, and one at least. */
export function evenly(connections: number, replicas: number): number {
  return Math.max(1, Math.floor(connections / replicas)) * replicas;
}

/**
 * The scenario with as many connections to each replica: those it has, rounded down, and one to each at least.
 *
 * @throws InputError where there are more replicas than connections are allowed, or than requests asked for.
 */
export function overReplicas(scenario: Scenario, replicas: number): Scenario {
  const { load, limits } = scenario;
  if (limits.connections !== null && replicas > limits.connections) {
    throw new InputError(
      `${counted(replicas, 'replica')} take as many connections, and ${counted(limits.connections, 'connection')} are allowed`,
      PLACE,
    );
  }
  if (load.requests !== null && load.requests < replicas) {
    throw new InputError(
      `there are ${counted(replicas, 'replica')}, and each is to have a request at least`,
      { path: '--requests' },
    );
  }
  return {
    ...scenario,
    load: {
      ...load,
      connections: evenly(load.connections, replicas),
      exclusiveConnections: evenly(load.exclusiveConnections, replicas),
    },
  };
}

/** What is worth a word of the replicas that are loaded. */
export function replicasNote({ service, replicas, left }: GatewayReplicas): string {
  const names = replicas.map(({ pod }) => pod).join(', ');
  const others =
    left.length === 0 ? '' : `; not ready, and left out as by the Service: ${left.join(', ')}`;
  return `each replica behind the Service ${service} is loaded: ${names}${others}`;
}

import type { KubernetesObject } from '../../routing/objects.js';
import { type AskedProcess, startAskedProcess } from './asked-process.js';
import type { HttpManager, RouteTable, TcpProxy } from './envoy-config.js';

/** A proxy that asks for its configuration. */
export interface AskingProxy {
  name: string;
  kind: 'router' | 'sidecar' | 'waypoint' | 'grpc';
  namespace: string;
  labels: Readonly<Record<string, string>>;
  ip: string;
  /** Asked for by a gRPC client, as `host:port`. */
  targets?: readonly string[];
  /** Where a gRPC server listens, as `host:port`. */
  inbound?: readonly string[];
}

interface ChainMatch {
  destinationPort?: number;
  prefixRanges?: readonly { addressPrefix: string; prefixLen?: number }[];
  serverNames?: readonly string[];
  transportProtocol?: string;
  applicationProtocols?: readonly string[];
}

export interface GivenListener {
  name: string;
  port: number;
  chains: readonly {
    match: ChainMatch | null;
    tls: boolean;
    http?: HttpManager;
    tcp?: TcpProxy;
  }[];
}

/** What the control plane gives to a proxy; null for nothing of a kind. */
export interface GivenConfiguration {
  listeners: readonly GivenListener[] | null;
  routes: readonly RouteTable[] | null;
  clusters: readonly string[];
  /** Addresses behind each cluster. */
  endpoints: Readonly<Record<string, readonly string[]>>;
  /** How clusters speak TLS, those that do; `auto`: to endpoints whose mode asks for it. */
  tls: Readonly<Record<string, { auto: boolean; names: readonly string[] }>>;
  /** The modes of the endpoints of each cluster, in their order. */
  tlsModes: Readonly<Record<string, readonly string[]>>;
  /** What a pod without a proxy gets. */
  grpc?: GivenToGrpc;
}

/** What a gRPC client or server without a proxy gets. */
export interface GivenToGrpc {
  /** By listener, the name of its routes. */
  tables: Readonly<Record<string, string>>;
  routes: readonly RouteTable[];
  clusters: readonly GrpcCluster[];
  /** By address, whether a server is to speak TLS. */
  inbound: Readonly<Record<string, boolean>>;
}

/** A cluster, as protobuf's JSON has it. */
export interface GrpcCluster {
  name: string;
  lbPolicy?: string;
  circuitBreakers?: object;
  outlierDetection?: object;
  connectTimeout?: string;
  transportSocket?: {
    typedConfig: {
      commonTlsContext: {
        combinedValidationContext: {
          defaultValidationContext: { matchSubjectAltNames?: readonly { exact?: string }[] };
        };
      };
    };
  };
}

/** An object that Istio's webhook does not let in. */
export interface Refusal {
  kind: string;
  namespace: string;
  name: string;
  reason: string;
}

interface Answer {
  error?: string;
  refused: readonly Refusal[];
  proxies: Readonly<Record<string, GivenConfiguration>>;
}

/** A real Istiod without a cluster, which is told a set of objects at a time. */
export interface ControlPlane {
  /**
   * @throws Error when it cannot take the objects, or has ended.
   */
  ask(objects: readonly KubernetesObject[], proxies: readonly AskingProxy[]): Promise<Answer>;
  stop(): Promise<void>;
}

/** Control planes of earlier sets leave things behind, so a process serves this many and no more. */
const SETS_PER_PROCESS = 100;

/** @param binary The command that `test/cluster/istiod/main.go` is built to. */
export function startControlPlane(binary: string): ControlPlane {
  let running: AskedProcess<Answer> | null = null;
  let served = 0;
  return {
    async ask(objects, proxies) {
      if (running !== null && served === SETS_PER_PROCESS) {
        await running.stop();
        running = null;
      }
      if (running === null) {
        running = startAskedProcess([binary], { PILOT_ENABLE_AMBIENT: 'true' });
        served = 0;
      }
      served += 1;
      return running.ask({ objects, proxies });
    },
    async stop() {
      await running?.stop();
      running = null;
    },
  };
}

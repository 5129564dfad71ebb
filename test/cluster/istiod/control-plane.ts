import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import type { KubernetesObject } from '../../routing/objects.js';
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

/** What it says last is shown with an error. */
const LOG_CHARACTERS = 4000;

/** Control planes of earlier sets leave things behind, so a process serves this many and no more. */
const SETS_PER_PROCESS = 100;

/** @param binary The command that `test/cluster/istiod/main.go` is built to. */
export function startControlPlane(binary: string): ControlPlane {
  let running: Running | null = null;
  let served = 0;
  return {
    async ask(objects, proxies) {
      if (running !== null && served === SETS_PER_PROCESS) {
        await running.stop();
        running = null;
      }
      if (running === null) {
        running = start(binary);
        served = 0;
      }
      served += 1;
      const answer = await running.ask(JSON.stringify({ objects, proxies }));
      if (answer.error !== undefined) throw new Error(`Istiod: ${answer.error}`);
      return answer;
    },
    async stop() {
      await running?.stop();
      running = null;
    },
  };
}

interface Running {
  ask(line: string): Promise<Answer>;
  stop(): Promise<void>;
}

function start(binary: string): Running {
  const child = spawn(binary, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PILOT_ENABLE_AMBIENT: 'true' },
  });
  const exited = once(child, 'exit');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-LOG_CHARACTERS);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const next = await lines.next();
      if (next.done === true) throw new Error(`Istiod ended:\n${log}`);
      return JSON.parse(next.value) as Answer;
    },
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}

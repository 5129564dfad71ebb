import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBackend } from '../../src/mesh/backend.js';
import { listenHttp } from '../../src/mesh/http-server.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { total } from '../fixtures/account.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { type EnvoyListener, FAULT } from '../fixtures/envoy-config.js';
import { type FaultyLink, startFaultyLink } from '../fixtures/faulty-link.js';
import { unusedPort } from '../fixtures/gateway-on-port.js';
import type { RunKind, ServerCounts, Stage, Version, World } from './fault.js';

const VERSIONS = ['v1', 'v2'] as const;
const OK = '200';
const GRPC_OK = '0';

/** A pod of a version, with a link between it and the gateway. */
interface LinkedPod {
  link: FaultyLink;
  served(): number;
  close(): Promise<void>;
}

/** A port of the gateway, and the two pods behind it. */
interface Gate {
  version: Version;
  port: number;
  log: string;
  pods: readonly [LinkedPod, LinkedPod];
}

/** A real Envoy with two pods behind each of its ports, and what can be done to them. */
export interface EnvoyWorld {
  /** The links to the pods of v1, and to those of v2. */
  links: Readonly<Record<(typeof VERSIONS)[number], readonly FaultyLink[]>>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts another Envoy on the ports, and lets the first send its clients away. */
  replace(): Promise<void>;
}

/** What is special about a gateway. */
export interface EnvoyOptions {
  /** How long Envoy holds back every request for v2. */
  delayV2Ms?: number;
  /** Whose counts are compared: a gateway that was killed has lost its own. */
  countedBy?: 'gateway' | 'pods';
}

/**
 * @param kinds Each has a port and pods of its own.
 * @param inflict Makes the fault; absent where the gateway has it from the start on.
 */
export async function startEnvoyStage(
  kinds: readonly RunKind[],
  inflict: ((world: EnvoyWorld) => Promise<void> | void) | null,
  { delayV2Ms, countedBy = 'gateway' }: EnvoyOptions = {},
): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'splitproof-faults-'));
  const gates = await Promise.all(
    kinds.map(async ({ version }, index): Promise<Gate> => {
      const [v1, v2] = await Promise.all([startPod('v1', version), startPod('v2', version)]);
      const log = path.join(folder, `access-${index}.log`);
      return { version, port: await unusedPort(), log, pods: [v1, v2] };
    }),
  );
  const start = (): Promise<Envoy> =>
    startEnvoy({ listeners: gates.map((gate) => listenerOf(gate, delayV2Ms)) });
  const envoys = [await start()];
  const latest = (): Envoy => envoys.at(-1)!;
  const linksTo = (at: 0 | 1): FaultyLink[] => gates.map(({ pods }) => pods[at].link);
  const world: EnvoyWorld = {
    links: { v1: linksTo(0), v2: linksTo(1) },
    async kill() {
      process.kill(latest().pid, 'SIGKILL');
      await latest().stop();
    },
    async restart() {
      envoys.push(await start());
    },
    signal(name) {
      process.kill(latest().pid, name);
    },
    async replace() {
      const old = latest();
      envoys.push(await start());
      await fetch(`${old.adminUrl}/drain_listeners?graceful&skip_exit`, { method: 'POST' });
    },
  };
  let stopped: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    thaw(envoys);
    await (stopped ??= Promise.all(envoys.map((envoy) => envoy.stop())));
  };
  return {
    worlds: gates.map((gate) => worldOf(gate, countedBy === 'gateway' ? stop : null)),
    ...(inflict === null
      ? {}
      : {
          inflict: async () => {
            await inflict(world);
          },
        }),
    async close() {
      await stop();
      await Promise.all(gates.flatMap(({ pods }) => pods.map((pod) => pod.close())));
      await rm(folder, { recursive: true });
    },
  };
}

function listenerOf({ version, port, log, pods }: Gate, delayV2Ms?: number): EnvoyListener {
  return {
    kind: 'http',
    port,
    filters: delayV2Ms === undefined ? [] : [FAULT],
    accessLog: { path: log, format: '%RESPONSE_CODE% %GRPC_STATUS_NUMBER%' },
    clusters: VERSIONS.map((name, index) => ({
      name,
      weight: 1,
      ports: [pods[index]!.link.port],
      upstreamProtocol: version === 'HTTP/2' ? 'h2' : 'http1',
      ...(name === 'v2' && delayV2Ms !== undefined ? { delayMs: delayV2Ms } : {}),
    })),
  };
}

/** @param stopGateway It writes the last lines of its log when it ends; null where the pods' counts are to be taken. */
function worldOf(
  { version, port, log, pods }: Gate,
  stopGateway: (() => Promise<void>) | null,
): World {
  const served = (): number => total(pods.map((pod) => pod.served()));
  return {
    target:
      version === 'HTTP/2'
        ? [`127.0.0.1:${port}`, 'helloworld.Greeter/SayHello', '--plaintext']
        : [`http://127.0.0.1:${port}/`, '--identity', 'header:x-version'],
    answered: served,
    async counts() {
      if (stopGateway === null) return { requests: served(), answered: served() };
      await stopGateway();
      return countsOf(await readFile(log, 'utf8'), version);
    },
  };
}

/** One that is frozen does not hear that it is to end. */
function thaw(envoys: readonly Envoy[]): void {
  for (const { pid } of envoys) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It was killed.
    }
  }
}

function countsOf(log: string, version: Version): ServerCounts {
  const lines = log.trimEnd().split('\n');
  const answered = lines.filter((line) => {
    const [status, grpcStatus] = line.split(' ');
    return status === OK && (version === 'HTTP/1.1' || grpcStatus === GRPC_OK);
  });
  return { requests: lines.length, answered: answered.length };
}

async function startPod(name: string, version: Version): Promise<LinkedPod> {
  let answered = 0;
  const [pod = ''] = podNames('greeter', name);
  const backend =
    version === 'HTTP/2'
      ? await startBackend({ service: 'greeter', version: name, pod })
      : await listenHttp({}, () => {
          answered += 1;
          return { status: 200, headers: { 'x-version': name }, body: pod };
        });
  const link = await startFaultyLink(backend.address);
  return {
    link,
    served: () => ('served' in backend ? backend.served() : answered),
    async close() {
      link.close();
      await backend.close();
    },
  };
}

import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { exchangeMessages, respondError } from '../grpc-stream.js';
import { GRPC_STATUS } from '../grpc-status.js';
import { type H2Server, listenH2 } from '../h2-server.js';
import { adsSession, type AdsSession, type SessionEvent } from './ads-session.js';
import { decodeDiscoveryRequest, encodeDiscoveryResponse } from './envoy-api.js';
import { type ResourceFault, type ResourceFaults, withFaults } from './resource-fault.js';
import type { XdsKind, XdsResources } from './resources.js';
import { type Offered, snapshotOf } from './snapshot.js';

export interface ControlPlaneOptions {
  /** What it tells. It is told that itself, and reads no manifest. */
  resources: XdsResources;
  /** On loopback; 0, the default, takes a free one. */
  port?: number;
  /** A Unix socket in its place, as an agent beside the application has one. */
  socketPath?: string;
  /** Told what happens with each client. */
  onEvent?: (event: ControlPlaneEvent) => void;
}

/** A client is known by the id of its node; `client` tells its streams apart. */
export type ControlPlaneEvent = { client: number; node: string } & (
  SessionEvent | { event: 'came' } | { event: 'left' }
);

/** A server of Envoy's discovery API: one aggregated stream a client, state of the world, over plaintext. */
export interface ControlPlane {
  /** `127.0.0.1:15010`, `unix:/run/xds.sock`; it stays the same while it is stopped. */
  readonly address: string;
  /** The version of what is told now; resources have that of when they were sent. */
  readonly version: number;
  /**
   * Tells something else from now on.
   *
   * @throws RangeError for what is no resource of Envoy's API.
   */
  publish(resources: XdsResources): void;
  /** Makes all resources of a kind missing or invalid from now on; null: as they are. */
  setFault(kind: XdsKind, fault: ResourceFault | null): void;
  /** Ends all streams and listens no more. */
  stop(): Promise<void>;
  /** Listens at the same address again. @throws Error of the operating system when it cannot. */
  start(): Promise<void>;
}

const STREAM_PATH =
  '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources';

/**
 * Starts a control plane in this process.
 *
 * @throws RangeError for what is no resource of Envoy's API.
 * @throws Error of the operating system when it cannot listen.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { socketPath, onEvent } = options;
  let { resources } = options;
  let faults: ResourceFaults = {};
  let snapshot = snapshotOf(1, resources);
  let clients = 0;
  const sessions = new Set<AdsSession>();
  const told = { cds: new Map<string, Offered>(), eds: new Map<string, Offered>() };

  function tellAnew(): void {
    const next = snapshotOf(snapshot.version + 1, withFaults(resources, faults));
    for (const kind of ['cds', 'eds'] as const) {
      for (const [name, offered] of snapshot.offered[kind]) told[kind].set(name, offered);
    }
    snapshot = next;
    for (const session of sessions) session.offer(next);
  }

  function onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = headers[':path'] ?? '';
    if (path !== STREAM_PATH) {
      respondError(stream, GRPC_STATUS.unimplemented, `${path} is not served`);
      return;
    }
    clients += 1;
    const client = clients;
    // Only the first request has to say it.
    let node: string | null = null;
    const tell = (event: SessionEvent | { event: 'came' } | { event: 'left' }): void => {
      onEvent?.({ client, node: node ?? '', ...event });
    };
    const send = exchangeMessages(stream, (bytes) => {
      const request = decodeDiscoveryRequest(bytes);
      if (node === null) {
        node = request.node ?? '';
        tell({ event: 'came' });
      }
      session.receive(request);
    });
    const session = adsSession({
      snapshot,
      told,
      send: (response) => {
        send(encodeDiscoveryResponse(response));
      },
      tell,
    });
    sessions.add(session);
    stream.on('close', () => {
      sessions.delete(session);
      if (node !== null) tell({ event: 'left' });
    });
  }

  let port = options.port ?? 0;
  const listenAgain = (): Promise<H2Server> =>
    listenH2({ port, ...(socketPath === undefined ? {} : { socketPath }) }, onStream);
  let server: H2Server | null = await listenAgain();
  const { address } = server;
  port = server.port;

  return {
    address,
    get version() {
      return snapshot.version;
    },
    publish(next) {
      const earlier = resources;
      resources = next;
      try {
        tellAnew();
      } catch (error) {
        resources = earlier;
        throw error;
      }
    },
    setFault(kind, fault) {
      if ((faults[kind] ?? null) === fault) return;
      faults = { ...faults, [kind]: fault };
      tellAnew();
    },
    async stop() {
      await server?.close();
      server = null;
    },
    async start() {
      server ??= await listenAgain();
    },
  };
}

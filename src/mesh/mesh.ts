import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { ForwardedCall, UnaryReply } from './application.js';
import { answerDeadEnd, answerNoRoute, type DeadEnd, deadEndReply, type Fault } from './fault.js';
import { listenH2, type H2ServerOptions } from './h2-server.js';
import { connectionBalancer, ONE_GATEWAY } from './gateway-replicas.js';
import {
  answerWeb,
  isOfPage,
  NO_ROUTE,
  type PageExchange,
  readRequest,
  readStream,
  type WebOptions,
} from './page-exchange.js';
import { answerCall, forwardToPod, isUnary, serveStream } from './pod-server.js';
import { ATTEMPT_COUNT, attempted, type AttemptEnd, type GatewayLimits } from './gateway-limits.js';
import { isGrpc, readUnaryRequest, respond } from './grpc-stream.js';
import { randomDraws } from './random.js';
import type { MeshService } from './services.js';
import type { SplitBehaviour } from './split-pods.js';
import { upstreamsOf, type MeshVersion, type Upstream } from './upstreams.js';
import type { VersionWeights } from './weighted-split.js';

/**
 * What the split decides about: every request by itself, or every connection once and for all its
 * requests (what a TCP proxy or a layer-4 load balancer does).
 */
type Balance = 'per-request' | 'per-connection';

export interface MeshOptions extends H2ServerOptions, SplitBehaviour {
  service: MeshService;
  versions: readonly MeshVersion[];
  /** `per-request` unless told. */
  balance?: Balance;
  /** Makes the split's draws the same each time; without it they differ from run to run. */
  seed?: number;
  /** Hosts (the authority without its port) that have a route; all of them when absent. */
  hosts?: readonly string[];
  /** Pages in browsers are served too, by gRPC-Web: in plaintext over HTTP/1.1 as well; only gRPC when absent. */
  web?: WebOptions;
  /** Timeouts and retries of the gateway's route, for unary calls of gRPC; it has none unless told. */
  limits?: GatewayLimits;
}

/** An application in several versions behind a gateway that splits by explicit weights. */
export interface Mesh {
  host: string;
  port: number;
  /** `host:port` of the gateway. */
  address: string;
  /** Requests given to each pod so far by the gateway's split, zeros included. */
  served(): Record<string, number>;
  /** Requests given to each pod so far because another pod forwarded them (`ForwardEcho`). */
  forwarded(): Record<string, number>;
  /**
   * Takes effect with the next request or, balancing connections, the next connection. A version
   * left out gets weight 0. Weights that change by themselves do so no longer.
   *
   * @throws RangeError for an unknown version, or weights that make no split.
   */
  setWeights(weights: VersionWeights): void;
  /**
   * What goes wrong with a version's requests from now on; null: nothing any more.
   *
   * @throws RangeError for an unknown version, or a rate that is none.
   */
  setFault(version: string, fault: Fault | null): void;
  /** Stops listening and destroys the open connections. */
  close(): Promise<void>;
}

/**
 * Starts an application and its gateway in this process, on loopback unless told otherwise.
 *
 * @throws RangeError when versions, pods, weights or replicas make no split.
 * @throws Error of the operating system when the port cannot be had.
 */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const { balance = 'per-request', hosts, gateways = ONE_GATEWAY, web } = options;
  const { limits = null } = options;
  const random = randomDraws(options.seed);
  const upstreams = upstreamsOf(options.service, options.versions, random, options, forward);
  const balanced = connectionBalancer(gateways, random);
  const replicas = new WeakMap<Http2Session, number>();
  const pinned = new WeakMap<Http2Session, Upstream>();
  const delays = new Set<NodeJS.Timeout>();

  /** Of the gateway that a connection is with. */
  function replicaOf(session: Http2Session): number {
    if (gateways.count === 1) return 0;
    const known = replicas.get(session);
    if (known !== undefined) return known;
    const replica = balanced();
    replicas.set(session, replica);
    return replica;
  }

  function upstreamOf({ session }: ServerHttp2Stream): Upstream {
    if (!session) return upstreams.pick();
    if (balance === 'per-request') return upstreams.pick(replicaOf(session));
    const known = pinned.get(session);
    if (known) return known;
    const picked = upstreams.pick(replicaOf(session));
    pinned.set(session, picked);
    return picked;
  }

  function later(delayMs: number, action: () => void): () => void {
    const timer = setTimeout(() => {
      delays.delete(timer);
      action();
    }, delayMs);
    delays.add(timer);
    return () => {
      delays.delete(timer);
      clearTimeout(timer);
    };
  }

  /** Asks a pod, at once or later, unless a fault on the way there ends the request before. */
  function onTheWay(
    fault: Exclude<Fault, { kind: 'errors' }> | null,
    ask: () => void,
    end: (fault: DeadEnd) => void,
  ): void {
    if (!fault) ask();
    else if (fault.kind === 'delay') later(fault.delayMs, ask);
    else end(fault);
  }

  function forward(call: ForwardedCall): Promise<UnaryReply> {
    const { version, pod } = upstreams.pick();
    return new Promise((resolve) => {
      const ask = (): void => {
        resolve(forwardToPod(pod, call));
      };
      onTheWay(version.fault, ask, (fault) => {
        if (fault.kind !== 'hang') resolve(deadEndReply(fault));
      });
    });
  }

  /** A page's call, or its question whether it may make it. */
  function answerPage(exchange: PageExchange, options: WebOptions): void {
    const { stream, headers } = exchange;
    if (hosts && !hosts.includes(hostOf(headers))) {
      exchange.respond(NO_ROUTE);
      return;
    }
    const { version, pod } = stream === null ? upstreams.pick() : upstreamOf(stream);
    const { fault } = version;
    const answer = (): void => {
      void answerWeb(exchange, options, (call) => {
        if (!fault || fault.kind === 'delay') return answerCall(pod, call);
        return fault.kind === 'hang' ? null : deadEndReply(fault);
      });
    };
    if (fault?.kind === 'delay') later(fault.delayMs, answer);
    else answer();
  }

  /** Passes a unary call on as often as the route's limits say. Retries stay with the version, at its next pod. */
  function passOn(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    to: Upstream,
    limits: GatewayLimits,
  ): void {
    const { version } = to;
    readUnaryRequest(stream, (request) => {
      const call = { path: headers[':path'] ?? '', headers, request };
      const attempt = (number: number): Promise<AttemptEnd> => {
        const pod = number === 1 ? to.pod : upstreams.nextOf(version.name);
        return new Promise((resolve) => {
          const ask = (): void => {
            void Promise.resolve(answerCall(pod, call)).then((reply) => {
              resolve({ kind: 'reply', reply });
            });
          };
          onTheWay(version.fault, ask, (fault) => {
            if (fault.kind !== 'hang') resolve({ kind: 'dead-end', fault });
          });
        });
      };
      void attempted(limits, attempt, random, later).then(({ reply, attempts }) => {
        const told = limits.countsAttempts ? { [ATTEMPT_COUNT]: String(attempts) } : {};
        respond(stream, reply, told);
      });
    });
  }

  function onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    if (web !== undefined && isOfPage(headers)) {
      readStream(stream, headers, (exchange) => {
        answerPage(exchange, web);
      });
      return;
    }
    if (hosts && !hosts.includes(hostOf(headers))) {
      answerNoRoute(stream, headers);
      return;
    }
    const upstream = upstreamOf(stream);
    const { version, pod } = upstream;
    if (limits !== null && isGrpc(headers) && isUnary(pod, headers)) {
      passOn(stream, headers, upstream, limits);
      return;
    }
    const ask = (): void => {
      serveStream(pod, stream, headers);
    };
    onTheWay(version.fault, ask, (fault) => {
      answerDeadEnd(stream, headers, fault);
    });
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (web === undefined) return;
    readRequest(request, response, (exchange) => {
      answerPage(exchange, web);
    });
  };
  const server = await listenH2(options, onStream, web === undefined ? undefined : onRequest);
  const { pods } = upstreams;
  return {
    host: server.host,
    port: server.port,
    address: server.address,
    served: () => Object.fromEntries(pods.map(({ pod, served }) => [pod.name, served])),
    forwarded: () => Object.fromEntries(pods.map(({ pod, forwarded }) => [pod.name, forwarded])),
    setWeights(weights) {
      upstreams.setWeights(weights);
    },
    setFault(version, fault) {
      upstreams.setFault(version, fault);
    },
    async close() {
      for (const timer of delays) clearTimeout(timer);
      await server.close();
    },
  };
}

/** The authority without its port. */
function hostOf(headers: IncomingHttpHeaders): string {
  return (headers[':authority'] ?? headers.host ?? '').replace(/:\d+$/, '');
}

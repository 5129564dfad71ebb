import type { CallEnd, RawAnswer } from '../../call/answer.js';
import type { CallRequest } from '../../call/kinds.js';
import type { BrokenBy, UnreachableAddress } from '../../count/counted.js';
import type { TlsDetails } from '../../count/tls-details.js';
import type { LocalShortage } from '../../wire/socket/connect-error.js';
import type { Endpoint } from '../../wire/socket/endpoint.js';
import type { TlsOptions } from '../../wire/socket/tls-options.js';

/** How a target is spoken to. Plain data: it travels to worker threads. */
export type TransportSpec = SocketTransportSpec | XdsTransportSpec;

/** Clients without a proxy, which find pods and routes by a control plane. */
export interface XdsTransportSpec {
  kind: 'xds';
  engine: 'grpc-js';
  /** `echo.default.svc.cluster.local:7070` */
  service: string;
  /** The bootstrap, as @grpc/grpc-js-xds takes it. */
  bootstrap: string;
  /** The pods that the control plane named before the load. */
  pods: readonly Endpoint[];
  /** Whether the library makes failed calls again, as the routes have it. */
  retries: boolean;
  connectTimeoutMs: number;
  /** gRPC is sent with HTTP/2 whatever is said. */
  httpVersion: SocketTransportSpec['httpVersion'];
}

/** Sockets of our own to the addresses of a host, or to a path. */
export interface SocketTransportSpec {
  kind: 'sockets';
  engine: 'h2' | 'grpc-js';
  target: Endpoint;
  /** Where connections go in place of the target, each of them as long as one can be reached; absent: to the target. */
  replicas?: readonly Endpoint[];
  /** null for plaintext. */
  tls: TlsOptions | null;
  /** What a certificate would be asked for in plaintext, where a gateway tells its servers apart by it. */
  nameInTls?: string;
  connectTimeoutMs: number;
  /**
   * The version of HTTP that HTTP requests are sent with; gRPC's are sent with HTTP/2 always.
   * `negotiated`: what the peer chooses by ALPN, before anything is loaded.
   */
  httpVersion: HttpVersion | 'negotiated';
}

/** A version of HTTP. */
export type HttpVersion = '1.1' | '2';

/** Decides on the addresses of a target before they are connected to: throws where they must not be. */
export type Admit = (addresses: readonly Endpoint[]) => void;

/** What became of the attempt to reach a target before loading it. */
export interface Reach {
  /** Addresses that can be loaded; connections take them in turn. */
  addresses: Endpoint[];
  /** Why the others cannot. */
  unreachable: UnreachableAddress[];
  /** How connections are secured; empty in plaintext. */
  tls: TlsDetails[];
  /** What HTTP requests are to be sent with. */
  httpVersion: HttpVersion;
}

/** What happens on a connection. */
export interface ConnectionEvents {
  /** The peer has answered: any number of times for a call, before its end. */
  onAnswer(slot: number, answer: RawAnswer): void;
  /**
   * A call has ended. Comes exactly once for every call that was started, within the call's deadline,
   * and never before {@link Connection.call} has returned.
   */
  onEnd(slot: number, end: CallEnd): void;
  /** After {@link Connection.call} did not start one: there may be room for another call now. */
  onRoom(): void;
}

/**
 * What became of the start of a call. `no stream`: the peer allows no more of them at a time; `busy`: the
 * connection carries as many as it may by itself; `not connected`: it is being opened anew.
 */
export type CallStart = 'started' | 'no stream' | 'busy' | 'not connected';

/** How streams are ended, first in the one way and then in the other. */
export type EndStreams = 'half-close' | 'cancel';

/** One connection to the target that carries calls, many at a time. */
export interface Connection {
  /** The address it was dialled to. */
  readonly remote: string;
  /** The ports that it was dialled from, the latest last; where that is known. */
  readonly localPorts?: readonly number[];
  /** Why it cannot be used now, in words; null while it can. */
  readonly trouble: string | null;
  /** What this side lacks to open it, where that is the trouble; absent and null: nothing. */
  readonly shortage?: LocalShortage | null | undefined;
  /**
   * Starts a call.
   *
   * @param slot The load's number for it; free again once the call has ended.
   * @param call Which of the requests that the transport was opened with.
   * @param number What the request is numbered, where it says so.
   */
  call(slot: number, call: number, number: number): CallStart;
  /** Ends a call in flight, if it still is; its end is reported as `cancelled`. */
  cancel(slot: number): void;
  /**
   * Ends the streams in flight, where it can carry some. `half-close`: this side says no more, as far as it
   * may, and they come to their end by themselves. `cancel`: those that have not end as `ended`, or as
   * `cancelled` where nothing has answered them yet.
   */
  endStreams?(how: EndStreams): void;
  /** Ends one stream in flight likewise, if it still is. */
  endStream?(slot: number, how: EndStreams): void;
  /** What the connection went through. */
  ledger(): ConnectionLedger;
  /** Lets go of the connection. Bounded in time; calls in flight end as cancelled. */
  close(): Promise<void>;
}

/** What happened below the calls, apart from what applications answered. */
export interface ConnectionLedger {
  goaway: number;
  reconnects: number;
  /** Streams the peer reset, by the name of the error code. */
  rstStream: Record<string, number>;
  /** Requests that were sent and that nothing understandable answered, by what broke them. */
  broken: ReadonlyMap<BrokenBy, number>;
  /** SETTINGS_MAX_CONCURRENT_STREAMS of the peer; null when unknown or unlimited. */
  maxConcurrentStreams: number | null;
  /** What this side lacked when it was to be opened, the latest such time; absent: nothing. */
  shortage?: LocalShortage;
}

/** A way to a target. */
export interface Transport {
  /** What carries the calls, for the record. */
  readonly engine: string;
  /**
   * Finds out, before any load, what of the target can be reached. Bounded in time.
   *
   * @param admit Asked about the addresses before any of them is connected to; what it throws is thrown.
   */
  reach(admit: Admit): Promise<Reach>;
  /**
   * Opens one connection. Does not fail when the peer does not answer: then it has trouble.
   *
   * @param number Of the connection in the whole load: the addresses are taken in turn.
   * @param addresses Those that can be reached, at least one.
   */
  dial(
    number: number,
    addresses: readonly Endpoint[],
    events: ConnectionEvents,
  ): Promise<Connection>;
}

/** What a connection carries. */
export interface ConnectionLimits {
  /** Calls in flight on one connection at most; further ones wait as for streams. */
  callsPerConnection: number;
}

/**
 * Makes a transport of its description.
 *
 * @param requests What calls can be made, all with the same deadline; at least one.
 * @param signal Gives up connecting when it aborts.
 */
export type OpenTransport = (
  spec: TransportSpec,
  requests: readonly CallRequest[],
  limits: ConnectionLimits,
  signal: AbortSignal,
) => Promise<Transport>;

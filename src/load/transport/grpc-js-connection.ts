import { createSecureContext } from 'node:tls';
import {
  type CallOptions,
  type ChannelOptions,
  ChannelCredentials,
  Client,
  connectivityState,
  Metadata,
  type ServiceError,
  status as Status,
} from '@grpc/grpc-js';
import type { CallEndKind, RawAnswer } from '../../call/answer.js';
import type { GrpcRequest } from '../../call/grpc/request.js';
import type { GrpcStream } from '../../call/grpc/request.js';
import { USER_AGENT, userAgentOf } from '../../call/user-agent.js';
import { type Endpoint, formatEndpoint } from '../../wire/socket/endpoint.js';
import type { TlsOptions } from '../../wire/socket/tls-options.js';
import { withoutBalancers } from './balancer-words.js';
import { NOT_ANSWERED } from './not-answered.js';
import { GrpcJsStream } from './grpc-js-stream.js';
import type {
  CallStart,
  Connection,
  ConnectionEvents,
  ConnectionLedger,
  EndStreams,
} from './transport.js';

const EMPTY = new Uint8Array(0);
/** How long a channel that fails may take to say why. */
const ASKING_MS = 500;

/** How connections are made. */
export interface GrpcJsOptions {
  /** null for plaintext. */
  tls: TlsOptions | null;
  connectTimeoutMs: number;
  /** Gives up connecting when it aborts. */
  signal: AbortSignal;
}

/**
 * Opens a connection of @grpc/grpc-js: slow, but it is the reference that others are compared with.
 *
 * @param requests What it can call.
 * @returns Once it is open, or the first attempt has failed.
 */
export async function dialGrpcJs(
  requests: readonly GrpcRequest[],
  options: GrpcJsOptions,
  endpoint: Endpoint,
  events: ConnectionEvents,
): Promise<Connection> {
  const { tls } = options;
  const client = new Client(channelTarget(endpoint), credentialsOf(tls), {
    ...channelOptions(requests),
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName }),
  });
  const channel = { client, Metadata, remote: formatEndpoint(endpoint), asksWhy: false };
  const connection = new GrpcJsConnection(requests, channel, events);
  await connection.opened(options);
  return connection;
}

/** What a channel is made with, wherever it leads. */
export function channelOptions(requests: readonly GrpcRequest[]): ChannelOptions {
  const userAgent = userAgentOf(requests[0]!);
  return {
    // Without its own pool, all channels to one address would share one connection.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.default_authority': requests[0]!.authority,
    // What the environment names as a proxy is not the target.
    'grpc.enable_http_proxy': 0,
    // A broken connection is dialled again soon: a load test does not wait for two minutes.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    // It is the channel's, that of all requests, and the library's own name goes behind it.
    ...(userAgent === undefined ? {} : { 'grpc.primary_user_agent': userAgent }),
  };
}

/** A channel of the library, and what of the same copy of it calls on that channel are made with. */
export interface LibraryChannel {
  client: Client;
  Metadata: typeof Metadata;
  /** What it leads to, for messages. */
  remote: string;
  /** Whether a channel that fails is asked why: one that leads to many pods does not say it otherwise. */
  asksWhy: boolean;
}

/** A call in the library's own terms. */
interface LibraryCall {
  path: string;
  metadata: Metadata;
  message: Buffer;
  timeoutMs: number;
  /** `:authority`, where it is not the channel's own. */
  host: string | undefined;
  /** null: one message either way. */
  stream: GrpcStream | null;
}

/** Calls on one channel of the library. */
export class GrpcJsConnection implements Connection {
  readonly remote: string;
  readonly #client: Client;
  readonly #asksWhy: boolean;
  readonly #calls: readonly LibraryCall[];
  readonly #events: ConnectionEvents;
  readonly #inFlight = new Map<number, { cancel(): void }>();
  /** Those in flight that are streams, by slot. */
  readonly #streams = new Map<number, GrpcJsStream>();
  #isClosed = false;
  /** Whether the end of the channel's trouble is waited for. */
  #isWatching = false;
  /** What the channel said when it was last asked why it fails. */
  #why = '';
  #isAsking = false;

  constructor(requests: readonly GrpcRequest[], channel: LibraryChannel, events: ConnectionEvents) {
    const authority = requests[0]!.authority;
    this.remote = channel.remote;
    this.#asksWhy = channel.asksWhy;
    this.#calls = requests.map((request) => ({
      path: request.path,
      metadata: metadataOf(request, new channel.Metadata()),
      message: Buffer.from(request.message),
      timeoutMs: request.timeoutMs,
      host: request.authority === authority ? undefined : request.authority,
      stream: request.stream ?? null,
    }));
    this.#events = events;
    this.#client = channel.client;
  }

  /** Resolves when the channel is ready, or will not be for now. */
  opened({
    connectTimeoutMs,
    signal,
  }: Pick<GrpcJsOptions, 'connectTimeoutMs' | 'signal'>): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, connectTimeoutMs);
      signal.addEventListener('abort', done);
      const look = (): void => {
        const state = this.#isClosed ? connectivityState.SHUTDOWN : this.#state();
        const isOpening =
          state === connectivityState.IDLE || state === connectivityState.CONNECTING;
        if (isOpening && !signal.aborted) this.#onChange(state, look);
        else if (state === connectivityState.TRANSIENT_FAILURE) void this.#askWhy().then(done);
        else done();
      };
      look();
    });
  }

  get trouble(): string | null {
    if (this.#isClosed) return `${this.remote}: the connection is closed`;
    const state = this.#state();
    if (state === connectivityState.READY) return null;
    const why = this.#why === '' ? '' : `: ${this.#why}`;
    return `${this.remote}: grpc-js has no connection, its channel is ${connectivityState[state]}${why}`;
  }

  call(slot: number, number: number): CallStart {
    if (this.#isClosed || this.#state() !== connectivityState.READY) {
      this.#tellWhenReady();
      return 'not connected';
    }
    const { path, metadata, message, timeoutMs, host, stream } = this.#calls[number]!;
    const options: CallOptions = {
      deadline: Date.now() + timeoutMs,
      ...(host === undefined ? {} : { host }),
    };
    if (stream !== null) {
      this.#startStream(slot, stream, { path, metadata, message, options });
      return 'started';
    }
    let headers: Metadata | undefined;
    let outcome: { error: ServiceError | null; reply: Buffer | undefined } | undefined;
    const call = this.#client.makeUnaryRequest<Buffer, Buffer>(
      path,
      (request) => request,
      (reply) => reply,
      message,
      metadata,
      options,
      (error, reply) => (outcome = { error, reply }),
    );
    call.on('metadata', (received: Metadata) => (headers = received));
    // Comes right after the callback, with the trailers.
    call.on('status', ({ metadata: trailers }: { metadata: Metadata }) => {
      this.#inFlight.delete(slot);
      const error = outcome?.error ?? null;
      const kind = kindOf(error);
      if (kind !== 'unprocessed' && (kind === 'answered' || headers !== undefined)) {
        const buffer = outcome?.reply ?? EMPTY;
        this.#events.onAnswer(slot, answerOf(buffer, headers, trailers, statusOf(error), false));
      }
      this.#events.onEnd(slot, { kind, status: statusOf(error), cause: causeOf(error) });
      // Requests may wait for the connection without having asked it.
      if (kind === 'broken') this.#tellWhenReady();
    });
    this.#inFlight.set(slot, call);
    return 'started';
  }

  cancel(slot: number): void {
    this.#inFlight.get(slot)?.cancel();
  }

  endStreams(how: EndStreams): void {
    for (const stream of [...this.#streams.values()]) stream.end(how);
  }

  endStream(slot: number, how: EndStreams): void {
    this.#streams.get(slot)?.end(how);
  }

  #startStream(
    slot: number,
    plan: GrpcStream,
    call: Parameters<typeof GrpcJsStream.start>[2],
  ): void {
    const stream = GrpcJsStream.start(this.#client, plan, call, {
      onMessage: (buffer, headers) => {
        this.#events.onAnswer(slot, answerOf(buffer, headers, undefined, Status.OK, false));
      },
      onEnd: ({ error, headers, trailers, isEndedHere, sent }) => {
        this.#inFlight.delete(slot);
        this.#streams.delete(slot);
        const own = headers === undefined ? 'cancelled' : 'ended';
        const kind = isEndedHere ? own : kindOf(error);
        const status = statusOf(error);
        if (kind !== 'unprocessed' && (kind === 'answered' || headers !== undefined)) {
          this.#events.onAnswer(slot, answerOf(EMPTY, headers, trailers, status, true));
        }
        const cause = kind === 'ended' ? '' : isEndedHere ? NOT_ANSWERED : causeOf(error);
        this.#events.onEnd(slot, { kind, status, cause, stream: sent });
        if (kind === 'broken') this.#tellWhenReady();
      },
    });
    this.#inFlight.set(slot, stream);
    this.#streams.set(slot, stream);
  }

  ledger(): ConnectionLedger {
    // The library keeps these to itself.
    return {
      goaway: 0,
      reconnects: 0,
      rstStream: {},
      broken: new Map(),
      maxConcurrentStreams: null,
    };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const call of this.#inFlight.values()) call.cancel();
    this.#client.close();
    return Promise.resolve();
  }

  /** Asking makes the library connect. */
  #state(): connectivityState {
    return this.#client.getChannel().getConnectivityState(true);
  }

  #onChange(state: connectivityState, then: () => void): void {
    this.#client.getChannel().watchConnectivityState(state, Infinity, then);
  }

  /**
   * A call on a channel that has failed is refused at once, before anything is sent, with what is wrong with the
   * pods.
   */
  async #askWhy(): Promise<void> {
    const [call] = this.#calls;
    if (!this.#asksWhy || this.#isAsking || call === undefined) return;
    this.#isAsking = true;
    const { path, message, metadata } = call;
    await new Promise<void>((resolve) => {
      const same = (bytes: Buffer): Buffer => bytes;
      const deadline = Date.now() + ASKING_MS;
      const asked = this.#client.makeUnaryRequest(
        path,
        same,
        same,
        message,
        metadata,
        { deadline },
        (error) => {
          if (error !== null && error.code === Status.UNAVAILABLE) {
            this.#why = withoutBalancers(error.details);
          }
          resolve();
        },
      );
      // It has come back meanwhile.
      if (this.#state() === connectivityState.READY) asked.cancel();
    });
    this.#isAsking = false;
  }

  #tellWhenReady(): void {
    if (this.#isWatching || this.#isClosed) return;
    this.#isWatching = true;
    const look = (): void => {
      if (this.#isClosed) return;
      const state = this.#state();
      if (state !== connectivityState.READY) {
        if (state === connectivityState.TRANSIENT_FAILURE) void this.#askWhy();
        this.#onChange(state, look);
        return;
      }
      this.#isWatching = false;
      this.#events.onRoom();
    };
    // Not at once: this may be the answer to a request for room.
    setImmediate(look);
  }
}

function answerOf(
  buffer: Uint8Array,
  headers: Metadata | undefined,
  trailers: Metadata | undefined,
  status: number,
  endsStream: boolean,
): RawAnswer {
  return {
    status,
    buffer,
    messageStart: 0,
    messageEnd: buffer.length,
    ...(endsStream ? { endsStream } : {}),
    header: (name) =>
      name === 'set-cookie' ? headers?.get(name).join('\n') : headers?.get(name)[0]?.toString(),
    trailer: (name) => trailers?.get(name)[0]?.toString(),
    fields: () => ({ headers: fieldsOf(headers), trailers: fieldsOf(trailers) }),
  };
}

function channelTarget(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`;
  return `${endpoint.host.includes(':') ? 'ipv6' : 'ipv4'}:${formatEndpoint(endpoint)}`;
}

function credentialsOf(tls: TlsOptions | null): ChannelCredentials {
  if (tls === null) return ChannelCredentials.createInsecure();
  const { minVersion, maxVersion } = tls;
  const verifyOptions = { rejectUnauthorized: tls.verify !== false };
  if (minVersion !== undefined || maxVersion !== undefined) {
    // The library's own way leaves the versions to Node.js.
    const { ca, cert, key } = tls;
    const context = createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(minVersion === undefined ? {} : { minVersion }),
      ...(maxVersion === undefined ? {} : { maxVersion }),
    });
    return ChannelCredentials.createFromSecureContext(context, verifyOptions);
  }
  return ChannelCredentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert), verifyOptions);
}

function pem(text: string | Buffer | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}

/** @param metadata Empty; the request's is added to it. */
function metadataOf(request: GrpcRequest, metadata: Metadata): Metadata {
  for (const [name, value] of request.metadata) {
    if (name === USER_AGENT) continue;
    metadata.add(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  return metadata;
}

function fieldsOf(metadata: Metadata | undefined): [name: string, value: string][] {
  return Object.entries(metadata?.getMap() ?? {}).map(([name, value]) => [name, value.toString()]);
}

/** Servers may send any number, and some errors of the library have no status of their own. */
function statusOf(error: ServiceError | null): number {
  if (error === null) return Status.OK;
  const name = (Status as Readonly<Record<number, string | undefined>>)[error.code];
  return name === undefined || name === 'OK' ? Status.UNKNOWN : error.code;
}

function causeOf(error: ServiceError | null): string {
  if (error === null) return '';
  // What the library throws on its own way is a plain error.
  const { details } = error as Partial<ServiceError>;
  if (kindOf(error) === 'cancelled') return 'interrupted';
  const words = (details ?? error.message).replace(OWN_DEADLINE, 'no answer within the deadline');
  return withoutBalancers(words);
}

/** What the library says of its own deadline: it goes on with how long each step of the call took. */
const OWN_DEADLINE = /^Deadline exceeded after [\d.]+s.*$/s;

/** The library does not tell a peer's status from one it made itself but by its words. */
function kindOf(error: ServiceError | null): CallEndKind {
  if (error === null) return 'answered';
  const { code, details } = error as Partial<ServiceError>;
  if (details === undefined) return 'broken';
  switch (code) {
    case Status.DEADLINE_EXCEEDED:
      return OWN_DEADLINE.test(details) ? 'timed-out' : 'answered';
    case Status.CANCELLED:
      if (details === CANCELLED_HERE) return 'cancelled';
      break;
    case Status.UNAVAILABLE:
      if (details === REFUSED) return 'unprocessed';
      break;
    default:
  }
  return BROKEN.test(details) ? 'broken' : 'answered';
}

/** What the library says of REFUSED_STREAM, and of streams above the last one of a GOAWAY. */
const REFUSED = 'Stream refused by server';

/** What the library says when `cancel()` was called on this side. */
const CANCELLED_HERE = 'Cancelled on client';

/** What the library says of resets and lost connections (its subchannel-call.js and transport.js). */
const BROKEN = new RegExp(
  '^(?:Received RST_STREAM with code|Connection dropped|Call cancelled$|No connection established|' +
    'Bandwidth exhausted or memory limit exceeded$|Protocol not secure enough$|' +
    'Write error:|Write failed with error|Failed to start HTTP/2 stream|read E|connect E|' +
    'Too many pings|Received message larger than max|' +
    // No pod of a cluster could be called: said by its balancers.
    '(?:weighted_target|xds_cluster_manager|priority|ring_hash|round_robin)\\b.*TRANSIENT_FAILURE)',
);

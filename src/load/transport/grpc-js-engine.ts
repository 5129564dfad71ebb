import {
  type CallOptions,
  type ClientUnaryCall,
  type ServiceError,
  ChannelCredentials,
  Client,
  Metadata,
  status as Status,
} from '@grpc/grpc-js';
import type { TlsOptions } from '../../wire/socket/tls-options.js';
import { type Endpoint, formatEndpoint } from '../../wire/socket/endpoint.js';
import {
  type Caller,
  type CallEnd,
  type CallEndKind,
  type CallerEvents,
  type CallStart,
  type Engine,
  type PreparedCall,
  type TransportLedger,
} from './caller.js';

const EMPTY = new Uint8Array(0);

/**
 * The engine on @grpc/grpc-js: slow, but it is the reference that others are compared with.
 *
 * @param calls What it can call.
 * @param tls How connections are secured; null for plaintext.
 */
export function grpcJsEngine(calls: readonly PreparedCall[], tls: TlsOptions | null): Engine {
  return {
    dial: (endpoint, events) => Promise.resolve(new GrpcJsCaller(calls, tls, endpoint, events)),
  };
}

/** A call in the library's own terms. */
interface LibraryCall {
  path: string;
  metadata: Metadata;
  message: Buffer;
  timeoutMs: number;
  /** `:authority`, where it is not the channel's own. */
  host: string | undefined;
}

class GrpcJsCaller implements Caller {
  readonly remote: string;
  readonly #client: Client;
  readonly #calls: readonly LibraryCall[];
  readonly #events: CallerEvents;
  readonly #inFlight = new Map<number, ClientUnaryCall>();

  constructor(
    calls: readonly PreparedCall[],
    tls: TlsOptions | null,
    endpoint: Endpoint,
    events: CallerEvents,
  ) {
    const authority = calls[0]!.authority;
    this.remote = formatEndpoint(endpoint);
    this.#calls = calls.map((call) => ({
      path: call.path,
      metadata: metadataOf(call),
      message: Buffer.from(call.message),
      timeoutMs: call.timeoutMs,
      host: call.authority === authority ? undefined : call.authority,
    }));
    this.#events = events;
    this.#client = new Client(channelTarget(endpoint), credentialsOf(tls), {
      // Without its own pool, all channels to one address would share one connection.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.default_authority': authority,
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      // A broken connection is dialled again soon: a load test does not wait for two minutes.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName }),
    });
  }

  call(slot: number, number: number): CallStart {
    const { path, metadata, message, timeoutMs, host } = this.#calls[number]!;
    const options: CallOptions = {
      deadline: Date.now() + timeoutMs,
      ...(host === undefined ? {} : { host }),
    };
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
      this.#events.onEnd(slot, callEnd(outcome?.error ?? null, outcome?.reply, headers, trailers));
    });
    this.#inFlight.set(slot, call);
    return 'started';
  }

  cancel(slot: number): void {
    this.#inFlight.get(slot)?.cancel();
  }

  ledger(): TransportLedger {
    // The library keeps these to itself.
    return { goaway: 0, reconnects: 0, rstStream: {}, maxConcurrentStreams: null };
  }

  close(): Promise<void> {
    for (const call of this.#inFlight.values()) call.cancel();
    this.#client.close();
    return Promise.resolve();
  }
}

function channelTarget(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`;
  return `${endpoint.host.includes(':') ? 'ipv6' : 'ipv4'}:${formatEndpoint(endpoint)}`;
}

function credentialsOf(tls: TlsOptions | null): ChannelCredentials {
  if (tls === null) return ChannelCredentials.createInsecure();
  return ChannelCredentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert), {
    rejectUnauthorized: tls.verify !== false,
  });
}

function pem(text: string | Buffer | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}

function metadataOf(call: PreparedCall): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of call.metadata) {
    metadata.add(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  return metadata;
}

function callEnd(
  error: ServiceError | null,
  reply: Buffer | undefined,
  headers: Metadata | undefined,
  trailers: Metadata,
): CallEnd {
  const buffer = reply ?? EMPTY;
  return {
    kind: kindOf(error),
    status: statusOf(error),
    cause: causeOf(error),
    buffer,
    messageStart: 0,
    messageEnd: buffer.length,
    header: (name) => headers?.get(name)[0]?.toString(),
    trailer: (name) => trailers.get(name)[0]?.toString(),
  };
}

/** Servers may send any number, and some errors of the library have no status of their own. */
function statusOf(error: ServiceError | null): string {
  if (error === null) return 'OK';
  const name = (Status as Readonly<Record<number, string | undefined>>)[error.code];
  return name === undefined || name === 'OK' ? 'UNKNOWN' : name;
}

function causeOf(error: ServiceError | null): string {
  if (error === null) return '';
  // What the library throws on its own way is a plain error.
  const { details } = error as Partial<ServiceError>;
  return (details ?? error.message).replace(OWN_DEADLINE, 'no answer within the deadline');
}

/** What the library says of its own deadline: it goes on with how long each step of the call took. */
const OWN_DEADLINE = /^Deadline exceeded after [\d.]+s.*$/s;

function kindOf(error: ServiceError | null): CallEndKind {
  if (error === null) return 'ok';
  switch (error.code) {
    case Status.DEADLINE_EXCEEDED:
      return 'timedOut';
    case Status.CANCELLED:
      return error.details === CANCELLED_HERE ? 'cancelled' : 'failed';
    case Status.UNAVAILABLE:
      return error.details === REFUSED ? 'unprocessed' : 'failed';
    default:
      return 'failed';
  }
}

/** What the library says of REFUSED_STREAM, and of streams above the last one of a GOAWAY. */
const REFUSED = 'Stream refused by server';

/** What the library says when `cancel()` was called on this side. */
const CANCELLED_HERE = 'Cancelled on client';

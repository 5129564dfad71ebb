import type { Reply } from '../../wire/grpc/reply.js';
import { frameMessage } from '../../wire/grpc/request.js';
import { GRPC_STATUS_NAMES } from '../../wire/grpc/status.js';
import { StreamingCalls } from '../../wire/grpc/streaming.js';
import { openSession } from '../../wire/h2/open-session.js';
import type { Session } from '../../wire/h2/session.js';
import type { Endpoint } from '../../wire/socket/endpoint.js';

/** Takes what comes of a stream. */
export interface AdsStreamEvents {
  onMessage(bytes: Uint8Array): void;
  /** It has ended; why, in words. Comes once. */
  onEnd(why: string): void;
}

/** A stream that asks a control plane for everything. */
export interface AdsStream {
  send(message: Uint8Array): void;
  /** Ends it at once; nothing is told any more. */
  close(): void;
}

export interface AdsStreamOptions {
  endpoint: Endpoint;
  authority: string;
  userAgent: string;
  /** Bound on the connection, in ms. */
  timeoutMs: number;
  signal: AbortSignal;
}

const PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources';
/** Routes of a large mesh have some megabytes. */
const MOST_BYTES = 64 * 1024 * 1024;
const SLOT = 0;
/** Of a peer's words. */
const MOST_CHARACTERS = 200;

/**
 * Opens a stream of aggregated discovery, in plaintext.
 *
 * @throws ConnectError (as rejection) when the control plane cannot be connected to.
 */
export async function openAdsStream(
  options: AdsStreamOptions,
  events: AdsStreamEvents,
): Promise<AdsStream> {
  const { endpoint, authority, userAgent, timeoutMs, signal } = options;
  const session = await openSession({ endpoint, tls: null, timeoutMs, signal });
  return new OpenAdsStream(session, { authority, userAgent }, events);
}

class OpenAdsStream implements AdsStream {
  readonly #session: Session;
  readonly #calls: StreamingCalls;
  readonly #unsent: Uint8Array[] = [];
  #isSending = false;
  #isOver = false;

  constructor(
    session: Session,
    { authority, userAgent }: Pick<AdsStreamOptions, 'authority' | 'userAgent'>,
    events: AdsStreamEvents,
  ) {
    this.#session = session;
    this.#calls = new StreamingCalls(
      session,
      {
        onMessage: (_slot, { bytes, start, end }) => {
          // The buffer is read into again.
          if (!this.#isOver) events.onMessage(bytes.slice(start, end));
        },
        onEnd: (_slot, reply) => {
          if (this.#isOver) return;
          this.#isOver = true;
          events.onEnd(inWords(reply));
          session.destroy();
        },
        onSent: () => {
          this.#isSending = false;
          this.#sendNext();
        },
      },
      MOST_BYTES,
    );
    const prepared = this.#calls.prepare({
      path: PATH,
      authority,
      scheme: 'http',
      userAgent,
      streaming: 'both',
      message: null,
    });
    if (this.#calls.open(prepared, SLOT)) return;
    this.#isOver = true;
    events.onEnd('it takes no stream');
    session.destroy();
  }

  send(message: Uint8Array): void {
    this.#unsent.push(frameMessage(message));
    this.#sendNext();
  }

  close(): void {
    this.#isOver = true;
    this.#session.destroy();
  }

  #sendNext(): void {
    while (!this.#isSending && !this.#isOver) {
      const next = this.#unsent.shift();
      if (next === undefined) return;
      this.#isSending = !this.#calls.send(SLOT, next, false);
    }
  }
}

function inWords({ grpcStatus, statusMessage }: Reply): string {
  const said = statusMessage.replaceAll(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS);
  const name = GRPC_STATUS_NAMES[grpcStatus] ?? `status ${grpcStatus}`;
  return said === '' ? name : `${name} (${said})`;
}

import { createHash } from 'node:crypto';
import type { Endpoint } from '../../src/wire/socket/endpoint.js';
import { frameMessage } from '../../src/wire/grpc/request.js';
import { type StreamingSide, StreamingCalls } from '../../src/wire/grpc/streaming.js';
import { openSession } from '../../src/wire/h2/open-session.js';
import type { SessionLimits } from '../../src/wire/h2/session-limits.js';
import type { Session } from '../../src/wire/h2/session.js';

/** What has come of a stream so far. */
export interface RecordedStream {
  messages: number;
  bytes: number;
  /** Of all messages, each after its length. */
  digest: string;
  /** null while it goes on. */
  end: {
    kind: string;
    status: number;
    detail: string;
    headers: [string, string][];
    trailers: [string, string][];
  } | null;
}

/** A session whose streams are recorded, by slot. */
export class RecordedStreams {
  readonly session: Session;
  readonly calls: StreamingCalls;
  /** By slot. */
  readonly streams: RecordedStream[] = [];
  /** Slots that were told that their message has gone out. */
  readonly sent: number[] = [];
  /** Called for each message. */
  onMessage: (slot: number) => void = () => undefined;
  readonly #hashes: ReturnType<typeof createHash>[] = [];
  readonly #waiting: { isOver: () => boolean; resolve: () => void }[] = [];

  private constructor(session: Session, maxMessageBytes: number | undefined) {
    this.session = session;
    this.calls = new StreamingCalls(
      session,
      {
        onMessage: (slot, { bytes, start, end }) => {
          const stream = this.streams[slot]!;
          stream.messages += 1;
          stream.bytes += end - start;
          this.#hashes[slot]!.update(`${end - start}:`).update(bytes.subarray(start, end));
          this.onMessage(slot);
          this.#look();
        },
        onEnd: (slot, reply) => {
          const fields = (of: typeof reply.headers): [string, string][] =>
            of === null ? [] : of.names.map((name, index) => [name, of.values[index]!]);
          const stream = this.streams[slot]!;
          stream.digest = this.#hashes[slot]!.digest('hex');
          stream.end = {
            kind: reply.kind,
            status: reply.grpcStatus,
            detail: reply.statusMessage,
            headers: fields(reply.headers),
            trailers: fields(reply.trailers),
          };
          this.#look();
        },
        onSent: (slot) => {
          this.sent.push(slot);
          this.#look();
        },
      },
      maxMessageBytes,
    );
  }

  static async open(
    endpoint: Endpoint,
    options: { limits?: Partial<SessionLimits>; maxMessageBytes?: number } = {},
  ): Promise<RecordedStreams> {
    const { limits = {}, maxMessageBytes } = options;
    const session = await openSession({ endpoint, tls: null, timeoutMs: 5000, limits });
    return new RecordedStreams(session, maxMessageBytes);
  }

  /** Opens a stream on a slot. @param message The one message where only the server streams. */
  start(
    slot: number,
    streaming: StreamingSide,
    message: Uint8Array | null = null,
    path = '/test.Streams/Call',
    metadata: [string, string][] = [],
  ): boolean {
    const head = { path, authority: 'streams.test', scheme: 'http', metadata } as const;
    const stream = this.calls.prepare({ ...head, streaming, message });
    this.streams[slot] = { messages: 0, bytes: 0, digest: '', end: null };
    this.#hashes[slot] = createHash('sha256');
    return this.calls.open(stream, slot);
  }

  /** Sends messages one after another, each when the one before has gone out, then half-closes. */
  async sendAll(slot: number, messages: Iterable<Uint8Array>): Promise<void> {
    await this.sendSome(slot, messages);
    if (this.streams[slot]!.end === null) this.calls.halfClose(slot);
  }

  /** Sends messages one after another, each when the one before has gone out. */
  async sendSome(slot: number, messages: Iterable<Uint8Array>): Promise<void> {
    for (const message of messages) {
      const told = this.sent.length;
      if (this.streams[slot]!.end !== null) return;
      if (this.calls.send(slot, frameMessage(message), false)) continue;
      await this.until(
        () => this.sent.slice(told).includes(slot) || this.streams[slot]!.end !== null,
      );
    }
  }

  /** Waits for something that messages, ends or sent messages bring about. */
  async until(isOver: () => boolean): Promise<void> {
    if (isOver()) return;
    await new Promise<void>((resolve) => this.#waiting.push({ isOver, resolve }));
  }

  async ended(slot: number): Promise<NonNullable<RecordedStream['end']>> {
    await this.until(() => this.streams[slot]!.end !== null);
    return this.streams[slot]!.end!;
  }

  #look(): void {
    for (const { isOver, resolve } of this.#waiting) if (isOver()) resolve();
  }
}

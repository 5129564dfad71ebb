import {
  type CallOptions,
  type Client,
  type Metadata,
  type ServiceError,
  status as Status,
  type StatusObject,
} from '@grpc/grpc-js';
import type { SentOnStream } from '../../call/answer.js';
import type { GrpcStream } from '../../call/grpc/request.js';
import { MessagePace } from './message-pace.js';
import type { EndStreams } from './transport.js';

/** What a stream is begun with, in the library's own terms. */
export interface LibraryStreamCall {
  path: string;
  metadata: Metadata;
  /** The one message where only the server streams. */
  message: Buffer;
  options: CallOptions;
}

/** How a stream of the library ended. */
export interface LibraryStreamEnd {
  /** null where the status is OK. */
  error: ServiceError | null;
  headers: Metadata | undefined;
  trailers: Metadata;
  /** Whether it was cancelled because the time of the run was over. */
  isEndedHere: boolean;
  sent: SentOnStream;
}

/** Takes what happens to a stream. */
export interface LibraryStreamEvents {
  onMessage(message: Buffer, headers: Metadata | undefined): void;
  onEnd(end: LibraryStreamEnd): void;
}

/** The parts of the library's calls that all kinds of streams have in common, where they have them. */
interface LibraryCall {
  cancel(): void;
  on(event: 'metadata', listener: (metadata: Metadata) => void): void;
  on(event: 'data', listener: (message: Buffer) => void): void;
  on(event: 'error', listener: (error: ServiceError) => void): void;
  on(event: 'status', listener: (status: StatusObject) => void): void;
  once?(event: 'drain', listener: () => void): void;
  write?(message: Buffer): boolean;
  end?(): void;
}

/** What the library tells by a callback, where the answer is to be one message. */
interface SingleReply {
  error: ServiceError | null;
  onReply(reply: Buffer): void;
}

const same = (bytes: Buffer): Buffer => bytes;

/** One stream of @grpc/grpc-js. */
export class GrpcJsStream {
  readonly #call: LibraryCall;
  /** null where the client does not stream. */
  readonly #pace: MessagePace | null;
  #isEndedHere = false;

  private constructor(
    call: LibraryCall,
    plan: GrpcStream,
    events: LibraryStreamEvents,
    reply: SingleReply,
  ) {
    this.#call = call;
    const framed = plan.messages.map((message) => Buffer.from(message));
    this.#pace =
      plan.side === 'server'
        ? null
        : new MessagePace(plan, {
            send: (index, isLast) => this.#send(framed[index % framed.length]!, isLast),
            end: () => call.end?.(),
          });
    let headers: Metadata | undefined;
    let error: ServiceError | null = null;
    call.on('metadata', (received) => (headers = received));
    const onMessage = (message: Buffer): void => {
      events.onMessage(message, headers);
    };
    call.on('data', onMessage);
    reply.onReply = onMessage;
    call.on('error', (failure) => (error = failure));
    call.on('status', (status) => {
      const sent = this.#pace?.stop() ?? { messages: 1, waits: 0, waitedMs: 0 };
      const { code, details, metadata: trailers } = status;
      // Messages that have come are handed over before; an error is told after its status at times.
      setImmediate(() => {
        const told = error ?? reply.error;
        const failure =
          code === Status.OK && told === null
            ? null
            : (told ?? Object.assign(new Error(details), status, { name: 'ServiceError' }));
        events.onEnd({ error: failure, headers, trailers, isEndedHere: this.#isEndedHere, sent });
      });
    });
  }

  /** Begins a stream, and begins to send on it. */
  static start(
    client: Client,
    plan: GrpcStream,
    call: LibraryStreamCall,
    events: LibraryStreamEvents,
  ): GrpcJsStream {
    const reply: SingleReply = { error: null, onReply: () => undefined };
    const stream = new GrpcJsStream(libraryCall(client, plan, call, reply), plan, events, reply);
    stream.#pace?.start();
    return stream;
  }

  cancel(): void {
    this.#call.cancel();
  }

  /** Ends it in one of two ways; see `Connection.endStreams`. */
  end(how: EndStreams): void {
    if (how === 'half-close') {
      this.#pace?.end();
      return;
    }
    this.#isEndedHere = true;
    this.#call.cancel();
  }

  #send(message: Buffer, isLast: boolean): boolean {
    const isTaken = this.#call.write?.(message) === true;
    if (isLast) this.#call.end?.();
    else if (!isTaken) this.#call.once?.('drain', () => this.#pace?.taken());
    return isTaken;
  }
}

function libraryCall(
  client: Client,
  { side }: GrpcStream,
  { path, metadata, message, options }: LibraryStreamCall,
  reply: SingleReply,
): LibraryCall {
  switch (side) {
    case 'server':
      return client.makeServerStreamRequest(path, same, same, message, metadata, options);
    case 'both':
      return client.makeBidiStreamRequest(path, same, same, metadata, options);
    case 'client':
      return client.makeClientStreamRequest<Buffer, Buffer>(
        path,
        same,
        same,
        metadata,
        options,
        (error, message) => {
          reply.error = error;
          if (message !== undefined) reply.onReply(message);
        },
      );
  }
}

import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as grpc from '@grpc/grpc-js';
import { ROOT } from '../../fixtures/command.js';
import { chunk, chunkOf, MAX_MESSAGE_BYTES, TOLD } from './chunk.js';
import { Told } from './told.js';

/** What a server has seen of a stream. */
export interface ServedStream {
  received: number;
  bytes: number;
  halfClosed: boolean;
  cancelled: boolean;
}

/**
 * A server that does with each stream what the metadata `do` says, and tells by its `id` how far it is:
 *
 * - `echo`: sends each message back.
 * - `count 1`: answers, when all has come, how many messages and bytes; with 1 its headers come at once.
 * - `give N BYTES`: sends so many messages when all has come. `last N BYTES`: likewise, and no trailers.
 * - `flood BYTES`: sends messages without end.
 * - `fail N`: sends so many messages back, and fails with the next.
 * - `early N`: ends when so many have come, whatever else is sent.
 * - `refuse CODE`: fails at once.
 * - `silent`: reads, and says nothing. `open N`: headers and so many messages, and reads. `deaf`: headers alone,
 *   and reads nothing.
 */
export interface StreamsServer {
  name: string;
  port: number;
  /** `opened`, `received 1` to 3, `half-closed`. */
  until(id: string, event: string): Promise<unknown>;
  ended(id: string): Promise<ServedStream>;
  close(): void;
}

export const STREAMS_PEER = path.join(ROOT, '.parts/streams-peer');

/** By Go's gRPC. */
export async function startGoServer(): Promise<StreamsServer> {
  const child = spawn(STREAMS_PEER, ['serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const told = new Told<ServedStream>();
  const address = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('{')) {
        resolve(line);
        return;
      }
      const { id, event, ...seen } = JSON.parse(line) as {
        id: string;
        event: string;
      } & ServedStream;
      told.tell(`${id} ${event}`, seen);
    });
  });
  return {
    name: 'Go',
    port: Number(address.slice(address.lastIndexOf(':') + 1)),
    until: (id, event) => told.of(`${id} ${event}`),
    ended: (id) => told.of(`${id} ended`),
    close: () => child.stdin.end(),
  };
}

const same = (bytes: Buffer): Buffer => bytes;

/** By grpc-js. */
export async function startNodeServer(): Promise<StreamsServer> {
  const told = new Told<ServedStream>();
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  const method = {
    path: '/test.Streams/Both',
    requestStream: true,
    responseStream: true,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  } as const;
  server.addService(
    { both: method },
    {
      both: (call: ServerCall) => {
        new NodeStream(call, told).act();
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    name: 'grpc-js',
    port,
    until: (id, event) => told.of(`${id} ${event}`),
    ended: (id) => told.of(`${id} ended`),
    close: () => {
      server.forceShutdown();
    },
  };
}

type ServerCall = grpc.ServerDuplexStream<Buffer, Buffer>;

/** One stream of the server by grpc-js. */
class NodeStream {
  readonly #call: ServerCall;
  readonly #told: Told<ServedStream>;
  readonly #id: string;
  readonly #trailers = new grpc.Metadata();
  readonly #seen: ServedStream = { received: 0, bytes: 0, halfClosed: false, cancelled: false };
  #isEnded = false;

  constructor(call: ServerCall, told: Told<ServedStream>) {
    this.#call = call;
    this.#told = told;
    this.#id = String(call.metadata.get('id')[0]);
    this.#trailers.add('x-pod', 'pod-1');
    this.#trailers.add('x-two', 'a');
    this.#trailers.add('x-two', 'b');
    this.#trailers.add('x-token-bin', Buffer.from([0, 255]));
  }

  act(): void {
    const call = this.#call;
    this.#tell('opened');
    call.on('error', () => undefined);
    call.on('cancelled', () => {
      if (this.#isEnded) return;
      this.#seen.cancelled = true;
      this.#over();
    });
    const words = String(call.metadata.get('do')[0]).split(' ');
    const [what = '', first = 0, second = 0] = [words[0], ...words.slice(1).map(Number)];
    switch (what) {
      case 'echo':
        this.#read(
          (message) => {
            call.write(message);
          },
          () => {
            this.#end();
          },
        );
        break;
      case 'count':
        if (first === 1) this.#sendHeaders();
        this.#read(null, () => {
          call.write(chunkOf(Buffer.from(`${this.#seen.received} ${this.#seen.bytes}`)));
          this.#end();
        });
        break;
      case 'give':
      case 'last':
        this.#read(null, () => {
          this.#give(first, second, () => {
            if (what === 'give') this.#end();
          });
        });
        break;
      case 'flood':
        this.#read(null, () => undefined);
        this.#give(Infinity, first, () => undefined);
        break;
      case 'fail':
        this.#read((message) => {
          if (this.#seen.received > first) {
            this.#fail(grpc.status.ABORTED, 'enough: 100 % für heute\n');
          } else {
            call.write(message);
          }
        });
        break;
      case 'early':
        this.#read(() => {
          if (this.#seen.received !== first) return;
          call.write(chunk(5, 'm'));
          this.#end();
        });
        break;
      case 'refuse':
        this.#fail(first, 'not here');
        break;
      case 'silent':
        this.#read(null, () => undefined);
        break;
      case 'open':
        this.#sendHeaders();
        this.#give(first, 5, () => undefined);
        this.#read(null, () => undefined);
        break;
      case 'deaf':
        this.#sendHeaders();
        break;
      default:
        this.#fail(grpc.status.UNIMPLEMENTED, what);
    }
  }

  #read(onMessage: ((message: Buffer) => void) | null, atEnd: () => void = () => undefined): void {
    const seen = this.#seen;
    this.#call.on('data', (message: Buffer) => {
      if (this.#isEnded) return;
      seen.received += 1;
      seen.bytes += message.length;
      if (seen.received <= TOLD) this.#tell(`received ${seen.received}`);
      if (onMessage === null) return;
      this.#sendHeaders();
      onMessage(message);
    });
    this.#call.on('end', () => {
      if (this.#isEnded) return;
      seen.halfClosed = true;
      this.#tell('half-closed');
      atEnd();
    });
  }

  #give(count: number, bytes: number, then: () => void): void {
    const message = chunk(bytes, 'm');
    let left = count;
    this.#sendHeaders();
    const go = (): void => {
      while (left > 0 && !this.#isEnded) {
        left -= 1;
        if (this.#call.write(message)) continue;
        this.#call.once('drain', go);
        return;
      }
      if (!this.#isEnded) then();
    };
    go();
  }

  #hasHeaders = false;

  #sendHeaders(): void {
    if (this.#hasHeaders) return;
    this.#hasHeaders = true;
    const headers = new grpc.Metadata();
    headers.set('x-served', 'yes');
    headers.set('x-header-bin', Buffer.from([1, 2]));
    this.#call.sendMetadata(headers);
  }

  #end(): void {
    this.#sendHeaders();
    this.#over();
    this.#call.end(this.#trailers);
  }

  #fail(code: number, details: string): void {
    this.#over();
    this.#call.emit('error', { code, details, metadata: this.#trailers });
  }

  #over(): void {
    this.#isEnded = true;
    this.#tell('ended');
  }

  #tell(event: string): void {
    this.#told.tell(`${this.#id} ${event}`, { ...this.#seen });
  }
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { STREAM_WINDOWS } from '../../../src/wire/grpc/streaming.js';
import { RecordedStreams } from '../../wire/recorded-streams.js';
import { chunk, MAX_MESSAGE_BYTES, TOLD } from './chunk.js';
import { STREAMS_PEER } from './servers.js';
import { Told } from './told.js';

/** What a client has seen of a stream. */
export interface SeenStream {
  status: number;
  details: string;
  messages: number;
  bytes: number;
  /** Of all messages, each after its length. */
  digest: string;
  /** Those of the tests' own: binary values in hexadecimal, several of one name behind each other. */
  headers: Record<string, string>;
  trailers: Record<string, string>;
}

/** A stream that a client has opened. */
export interface OpenedStream {
  /** @returns When all has been handed over. */
  send(count: number, bytes: number): Promise<unknown>;
  halfClose(): void;
  cancel(): void;
  /** `headers`, `message 1` to 3. */
  until(event: string): Promise<unknown>;
  ended: Promise<SeenStream>;
}

/** Opens streams at servers of tests. */
export interface StreamsClient {
  name: string;
  /** @param does What the server is told to do. */
  open(port: number, id: string, does: string): Promise<OpenedStream>;
  close(): void;
}

const PATH = '/test.Streams/Both';

/** What the client in Go tells of a stream. */
type GoEvent = Omit<SeenStream, 'headers' | 'trailers'> & {
  id: string;
  event: string;
  headers: Record<string, string[]> | null;
  trailers: Record<string, string[]> | null;
};

/** As HTTP allows fields of one name to be joined, which Node.js does. */
function joinedValues(fields: Record<string, string[]> | null): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields ?? {}).map(([name, values]) => [name, values.join(', ')]),
  );
}

/** Go's gRPC, in a process of its own. */
export function goClient(): StreamsClient {
  const child = spawn(STREAMS_PEER, ['call'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const told = new Told<SeenStream>();
  createInterface(child.stdout).on('line', (line) => {
    const { id, event, headers, trailers, ...seen } = JSON.parse(line) as GoEvent;
    const fields = { headers: joinedValues(headers), trailers: joinedValues(trailers) };
    told.tell(`${id} ${event}`, { ...seen, ...fields });
  });
  const say = (command: object): boolean => child.stdin.write(`${JSON.stringify(command)}\n`);
  return {
    name: 'Go',
    open: (port, id, does) => {
      say({ id, what: 'open', address: `127.0.0.1:${port}`, do: does });
      return Promise.resolve({
        send: (count, bytes) => {
          say({ id, what: 'send', count, bytes });
          return told.of(`${id} sent`);
        },
        halfClose: () => say({ id, what: 'half-close' }),
        cancel: () => say({ id, what: 'cancel' }),
        until: (event) => told.of(`${id} ${event}`),
        ended: told.of(`${id} ended`),
      });
    },
    close: () => child.stdin.end(),
  };
}

const same = (bytes: Buffer): Buffer => bytes;

export function grpcJsClient(): StreamsClient {
  const clients = new Map<number, grpc.Client>();
  return {
    name: 'grpc-js',
    open: (port, id, does) => {
      let client = clients.get(port);
      if (client === undefined) {
        client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
          'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
          'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
          'grpc.enable_retries': 0,
        });
        clients.set(port, client);
      }
      const metadata = new grpc.Metadata();
      metadata.set('id', id);
      metadata.set('do', does);
      return Promise.resolve(openByGrpcJs(client, metadata));
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

function openByGrpcJs(client: grpc.Client, metadata: grpc.Metadata): OpenedStream {
  const call = client.makeBidiStreamRequest<Buffer, Buffer>(PATH, same, same, metadata);
  const told = new Told<undefined>();
  const hash = createHash('sha256');
  let [messages, bytes] = [0, 0];
  let headers: grpc.Metadata | null = null;
  call.on('metadata', (received: grpc.Metadata) => {
    headers = received;
    told.tell('headers', undefined);
  });
  call.on('data', (message: Buffer) => {
    messages += 1;
    bytes += message.length;
    hash.update(`${message.length}:`).update(message);
    if (messages <= TOLD) told.tell(`message ${messages}`, undefined);
  });
  call.on('error', () => undefined);
  return {
    send: async (count, size) => {
      const message = chunk(size, 'c');
      let last = Promise.resolve();
      for (let left = count; left > 0; left--) {
        last = new Promise((resolve) => {
          call.write(message, () => {
            resolve();
          });
        });
      }
      await last;
    },
    halfClose: () => {
      call.end();
    },
    cancel: () => {
      call.cancel();
    },
    until: (event) => told.of(event),
    ended: new Promise((resolve) => {
      call.on('status', ({ code, details, metadata: trailers }: grpc.StatusObject) => {
        // Messages that have come are handed over before.
        setImmediate(() => {
          resolve({
            ...{ status: code, details, messages, bytes, digest: hash.digest('hex') },
            ...{ headers: shownMetadata(headers), trailers: shownMetadata(trailers) },
          });
        });
      });
    }),
  };
}

function shownMetadata(metadata: grpc.Metadata | null): Record<string, string> {
  const names = Object.keys(metadata?.getMap() ?? {}).filter(isOwn);
  const textOf = (value: grpc.MetadataValue): string =>
    Buffer.isBuffer(value) ? value.toString('hex') : value;
  return joinedValues(
    Object.fromEntries(names.map((name) => [name, metadata!.get(name).map(textOf)])),
  );
}

/** Whether a field is one of the tests' own servers. */
function isOwn(name: string): boolean {
  return name.startsWith('x-') && !name.startsWith('x-envoy');
}

/** The streams of this project, on its own HTTP/2. */
export function ownClient(): StreamsClient {
  const sessions = new Map<number, { streams: RecordedStreams; next: number }>();
  return {
    name: 'splitproof',
    open: async (port, id, does) => {
      let session = sessions.get(port);
      if (session === undefined) {
        const streams = await RecordedStreams.open(
          { kind: 'tcp', host: '127.0.0.1', port },
          { limits: STREAM_WINDOWS, maxMessageBytes: MAX_MESSAGE_BYTES },
        );
        session = { streams, next: 0 };
        sessions.set(port, session);
      }
      return openByOwn(session.streams, session.next++, [
        ['id', id],
        ['do', does],
      ]);
    },
    close: () => {
      for (const { streams } of sessions.values()) streams.session.destroy();
    },
  };
}

function openByOwn(
  streams: RecordedStreams,
  slot: number,
  metadata: [string, string][],
): OpenedStream {
  if (!streams.start(slot, 'both', null, PATH, metadata)) throw new Error('no room for a stream');
  let isCancelled: (seen: SeenStream) => void = () => undefined;
  const cancelled = new Promise<SeenStream>((resolve) => (isCancelled = resolve));
  const stream = streams.streams[slot]!;
  return {
    send: (count, size) => {
      const message = chunk(size, 'c');
      return streams.sendSome(slot, new Array<Uint8Array>(count).fill(message));
    },
    halfClose: () => {
      if (stream.end === null) streams.calls.halfClose(slot);
    },
    cancel: () => {
      const { messages, bytes, digest } = stream;
      streams.calls.cancel(slot);
      // It is for whoever cancels to know what it was.
      const own = { status: grpc.status.CANCELLED, details: '', headers: {}, trailers: {} };
      isCancelled({ messages, bytes, digest, ...own });
    },
    until: async (event) => {
      if (event === 'headers') {
        while (streams.calls.headersOf(slot) === null && stream.end === null) await sleep(2);
      } else {
        const wanted = Number(event.slice('message '.length));
        await streams.until(() => stream.messages >= wanted || stream.end !== null);
      }
    },
    ended: Promise.race([cancelled, seenByOwn(streams, slot)]),
  };
}

async function seenByOwn(streams: RecordedStreams, slot: number): Promise<SeenStream> {
  const { status, detail, headers, trailers } = await streams.ended(slot);
  const { messages, bytes, digest } = streams.streams[slot]!;
  // An answer that is a status alone has one block of both.
  const isStatusAlone = headers.some(([name]) => name === 'grpc-status');
  return {
    ...{ status, details: detail, messages, bytes, digest },
    ...{ headers: isStatusAlone ? {} : shownFields(headers), trailers: shownFields(trailers) },
  };
}

/** Fields as they stand on the wire, or as grpcurl shows them. */
export function shownFields(fields: readonly [string, string][]): Record<string, string> {
  const shown: Record<string, string[]> = {};
  for (const [name, value] of fields) {
    if (!isOwn(name)) continue;
    const text = name.endsWith('-bin') ? Buffer.from(value, 'base64').toString('hex') : value;
    (shown[name] ??= []).push(text);
  }
  return joinedValues(shown);
}

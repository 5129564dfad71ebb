import net from 'node:net';

import type { Endpoint } from '../../src/wire/socket/endpoint.js';
import { type Field, HpackEncoder } from '../../src/wire/h2/hpack/encoder.js';

export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

export const PREFACE_BYTES = 24;

/** One frame, as bytes; the length field can be made to lie. */
export function frame(
  type: number,
  flags: number,
  id: number,
  payload: Uint8Array | string = '',
  length?: number,
): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload, 'hex') : Buffer.from(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(length ?? body.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, body]);
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

/** A header block that uses no dynamic table. */
export function block(...fields: Field[]): Buffer {
  const encoder = new HpackEncoder();
  encoder.limitTable(0);
  // The announcement of the size comes first; a block without it is just as self-contained.
  return Buffer.from(encoder.encode(fields).subarray(1));
}

export const settings = (...pairs: [id: number, value: number][]): Buffer =>
  frame(
    4,
    0,
    0,
    Buffer.concat(pairs.map(([id, value]) => Buffer.concat([Buffer.from([0, id]), uint32(value)]))),
  );
export const settingsAck = (): Buffer => frame(4, 1, 0);
export const goaway = (lastId: number, code: number, debug = ''): Buffer =>
  frame(7, 0, 0, Buffer.concat([uint32(lastId, code), Buffer.from(debug)]));
export const reset = (id: number, code: number): Buffer => frame(3, 0, id, uint32(code));
export const windowUpdate = (id: number, increment: number): Buffer =>
  frame(8, 0, id, uint32(increment));

export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PADDED = 8;

export const RESPONSE = block([':status', '200'], ['content-type', 'application/grpc']);
export const TRAILERS = block(['grpc-status', '0']);
export function message(text: string): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0]), uint32(body.length), body]);
}

/** The frames of a whole answer. */
export function answer(id: number, text = 'hi'): Buffer {
  return Buffer.concat([
    frame(1, END_HEADERS, id, RESPONSE),
    frame(0, 0, id, message(text)),
    frame(1, END_HEADERS | END_STREAM, id, TRAILERS),
  ]);
}

/** The server side of one connection, driven frame by frame. */
export class RawPeer {
  readonly socket: net.Socket;
  /** Frames the client has sent. */
  readonly frames: RawFrame[] = [];
  private input = Buffer.alloc(0);
  private isPastPreface = false;
  private waiting: { matches: (frame: RawFrame) => boolean; found: (frame: RawFrame) => void }[] =
    [];

  constructor(socket: net.Socket, onFrame: (peer: RawPeer, frame: RawFrame) => void) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.input = Buffer.concat([this.input, chunk]);
      if (!this.isPastPreface) {
        if (this.input.length < PREFACE_BYTES) return;
        this.input = this.input.subarray(PREFACE_BYTES);
        this.isPastPreface = true;
      }
      while (this.input.length >= 9) {
        const length = this.input.readUIntBE(0, 3);
        if (this.input.length < 9 + length) break;
        const next: RawFrame = {
          type: this.input[3]!,
          flags: this.input[4]!,
          id: this.input.readUInt32BE(5),
          payload: Buffer.from(this.input.subarray(9, 9 + length)),
        };
        this.input = this.input.subarray(9 + length);
        this.frames.push(next);
        this.waiting = this.waiting.filter(({ matches, found }) => {
          if (!matches(next)) return true;
          found(next);
          return false;
        });
        onFrame(this, next);
      }
    });
  }

  send(...bytes: Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(bytes));
  }

  /** The first frame, past or to come, that matches. Bounded by the test's own timeout. */
  async receive(matches: (frame: RawFrame) => boolean): Promise<RawFrame> {
    const past = this.frames.find(matches);
    if (past !== undefined) return past;
    return await new Promise((found) => this.waiting.push({ matches, found }));
  }
}

export interface RawServer {
  readonly endpoint: Endpoint;
  readonly peers: RawPeer[];
  /** The first connection. */
  peer(): Promise<RawPeer>;
  close(): void;
}

/**
 * Starts a scripted server on loopback.
 * @param onFrame Called for each frame of a client.
 * @param greeting Sent when a client connects.
 */
export async function startRawServer(
  onFrame: (peer: RawPeer, frame: RawFrame) => void,
  greeting: Buffer = Buffer.concat([settings(), settingsAck()]),
): Promise<RawServer> {
  const peers: RawPeer[] = [];
  let onPeer: (peer: RawPeer) => void = () => undefined;
  const first = new Promise<RawPeer>((resolve) => (onPeer = resolve));
  const server = net.createServer((socket) => {
    const peer = new RawPeer(socket, onFrame);
    peers.push(peer);
    if (greeting.length > 0) peer.send(greeting);
    onPeer(peer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as net.AddressInfo;
  return {
    endpoint: { kind: 'tcp', host: '127.0.0.1', port: address.port },
    peers,
    peer: () => first,
    close: () => {
      server.close();
      for (const { socket } of peers) socket.destroy();
    },
  };
}

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type net from 'node:net';
import { UnaryCalls } from '../../src/wire/grpc/unary.js';
import type { CloseCause } from '../../src/wire/h2/close-cause.js';
import { Session } from '../../src/wire/h2/session.js';
import { DEFAULT_LIMITS } from '../../src/wire/h2/session-limits.js';
import { settings, settingsAck } from './raw-peer.js';

/** A socket that takes everything and goes nowhere. */
class Sink extends EventEmitter {
  writableLength = 0;
  readonly closed = false;
  written = 0;

  write(bytes: Uint8Array, done: () => void): boolean {
    this.written += bytes.length;
    queueMicrotask(done);
    return true;
  }
  end(): void {
    queueMicrotask(() => this.emit('close'));
  }
  destroy(): void {
    this.emit('close');
  }
}

/** Calls in flight. */
export const SLOTS = 8;

interface FedSession {
  readonly accepted: number;
  readonly completed: number;
  readonly closes: CloseCause[];
}

/**
 * Feeds bytes to a session with calls in flight that are made anew as they end.
 *
 * @param chunks Sizes of the pieces, taken in turn.
 */
export function feed(bytes: Uint8Array, chunks: readonly number[]): FedSession {
  const closes: CloseCause[] = [];
  let accepted = 0;
  let completed = 0;
  const session = new Session(
    new Sink() as unknown as net.Socket,
    { ...DEFAULT_LIMITS, slots: SLOTS },
    { onClosed: (cause) => closes.push(cause) },
  );
  const inFlight = new Set<number>();
  const calls = new UnaryCalls(session, (slot, reply) => {
    assert.ok(inFlight.delete(slot), 'a completion without a call');
    completed++;
    assert.ok(reply.grpcStatus >= 0 && reply.grpcStatus <= 16);
    assert.ok(reply.start <= reply.end && reply.end <= reply.bytes.length);
    assert.equal(typeof reply.statusMessage, 'string');
    if (completed < 1000) call(slot);
  });
  const request = calls.prepare({
    path: '/a.B/C',
    authority: 'x',
    scheme: 'http',
    message: Buffer.from('hello'),
  });
  function call(slot: number): void {
    if (calls.call(request, slot)) {
      inFlight.add(slot);
      accepted++;
    }
  }
  const greeting = Buffer.concat([settings(), settingsAck()]);
  session.receive(greeting, greeting.length);
  for (let slot = 0; slot < SLOTS; slot++) call(slot);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = Math.min(bytes.length, at + chunks[turn % chunks.length]!);
    session.receive(Uint8Array.prototype.slice.call(bytes, at, end), end - at);
    at = end;
  }
  session.destroy();
  assert.equal(inFlight.size, 0, 'every accepted call has ended');
  return { accepted, completed, closes };
}

/** Every call has ended once, and the connection. */
export function check({ accepted, completed, closes }: FedSession): void {
  assert.equal(completed, accepted);
  assert.equal(closes.length, 1);
}

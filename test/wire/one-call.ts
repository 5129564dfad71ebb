import assert from 'node:assert/strict';

import { END_HEADERS, END_STREAM, type RawPeer } from './raw-peer.js';
import { type CallOptions, type Outcome, RecordedCalls } from './recorded-calls.js';
import { HEADERS, start } from './scripted-server.js';

/** Flags of a block that ends the stream. */
export const whole = END_HEADERS | END_STREAM;

/** Connects to a server that does something on each request, and makes one call. */
export async function callOnce(
  onRequest: (peer: RawPeer, id: number) => void,
  options: CallOptions = {},
): Promise<{ calls: RecordedCalls; peer: RawPeer }> {
  const server = await start((peer, received) => {
    if (received.type === HEADERS) onRequest(peer, received.id);
  });
  const calls = await RecordedCalls.open(server.endpoint, options);
  assert.ok(calls.call(0));
  return { calls, peer: await server.peer() };
}

export async function onlyOutcome(calls: RecordedCalls): Promise<Outcome> {
  const [outcome] = await calls.ended(1);
  return outcome!;
}

import { afterEach } from 'node:test';

import {
  END_STREAM,
  type RawFrame,
  type RawPeer,
  type RawServer,
  settings,
  settingsAck,
  startRawServer,
} from './raw-peer.js';

export const TIMEOUT = { timeout: 20_000 };
export const HEADERS = 1;
export const HEADER_TABLE_SIZE = 1;
export const MAX_CONCURRENT_STREAMS = 3;
export const INITIAL_WINDOW_SIZE = 4;

const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Starts a scripted server that ends with the test. */
export async function start(
  onFrame: (peer: RawPeer, received: RawFrame) => void,
  greeting?: Buffer,
): Promise<RawServer> {
  const server = await startRawServer(onFrame, greeting);
  servers.push(server);
  return server;
}

/** The last frame of a request. */
export function isEnd({ type, flags }: RawFrame): boolean {
  return type <= 1 && (flags & END_STREAM) !== 0;
}

export function greet(...pairs: [id: number, value: number][]): Buffer {
  return Buffer.concat([settings(...pairs), settingsAck()]);
}

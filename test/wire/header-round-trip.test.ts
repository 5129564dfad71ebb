import assert from 'node:assert/strict';
import http2 from 'node:http2';
import type net from 'node:net';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { RecordedCalls } from './recorded-calls.js';

const framed = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
const TIMEOUT = { timeout: 60_000 };

/** Values by name, in order. */
function group(fields: readonly (readonly [string, string])[]): Record<string, string[]> {
  const grouped: Record<string, string[]> = {};
  for (const [name, value] of fields) (grouped[name] ??= []).push(value);
  return grouped;
}

describe('random header lists against node:http2', TIMEOUT, () => {
  it('arrive as they were sent, both ways, over one connection', async () => {
    let received: [string, string][] = [];
    let toSend: [string, string][] = [];
    const server = http2.createServer();
    const onStream = (
      stream: http2.ServerHttp2Stream,
      _headers: unknown,
      _flags: unknown,
      raw: string[],
    ): void => {
      received = [];
      for (let at = 0; at < raw.length; at += 2) received.push([raw[at]!, raw[at + 1]!]);
      const headers: Record<string, string[]> = {};
      for (const [name, value] of toSend) (headers[name] ??= []).push(value);
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', ...headers },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0', ...headers });
      });
      stream.end(framed);
    };
    server.on('stream', onStream as (stream: http2.ServerHttp2Stream) => void);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const calls = await RecordedCalls.open({ kind: 'tcp', host: '127.0.0.1', port });
    const name = fc
      .stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/)
      .map((text) => `x-${text}`)
      .filter((text) => !text.endsWith('-bin'));
    const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,80}[\x21-\x7e])?$/);
    const list = fc.array(fc.tuple(name, value), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(list, list, async (request, response) => {
        toSend = response;
        const count = calls.outcomes.length;
        assert.ok(calls.call(0, Buffer.from('x'), request));
        await calls.ended(count + 1);
        const outcome = calls.outcomes[count]!;
        const isOurs = ([field]: [string, string]): boolean => field.startsWith('x-');
        assert.deepEqual(received.filter(isOurs), request);
        const grouped = group(response);
        assert.deepEqual(group(outcome.headers.filter(isOurs)), grouped);
        assert.deepEqual(group(outcome.trailers.filter(isOurs)), grouped);
      }),
      { numRuns: 300 },
    );
    await calls.session.close(1000);
    server.close();
  });
});

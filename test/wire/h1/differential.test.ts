import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { readResponses } from './read-responses.js';
import { wellFormed } from './response-arbitrary.js';

interface Answer {
  status: number;
  headers: [string, string][];
  body: string;
  trailers: [string, string][];
}

/** What the next connection is answered with. */
let script = '';
const server = net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end(Buffer.from(script, 'latin1')));
});

/** How Node.js reads a response. */
async function nodeReads(bytes: string, isHead: boolean): Promise<Answer> {
  script = bytes;
  const { port } = server.address() as net.AddressInfo;
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1',
      port,
      method: isHead ? 'HEAD' : 'GET',
      agent: false,
    });
    request.on('error', reject).end();
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({
          status: response.statusCode!,
          headers: pairs(response.rawHeaders),
          body: Buffer.concat(parts).toString('latin1'),
          trailers: pairs(response.rawTrailers),
        });
      });
    });
  });
}

function pairs(raw: string[]): [string, string][] {
  return raw.flatMap((name, at) =>
    at % 2 === 0 ? [[name, raw[at + 1]!] as [string, string]] : [],
  );
}

function grouped(fields: readonly [string, string][]): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of fields) (values[name.toLowerCase()] ??= []).push(value);
  return values;
}

describe('responses as Node.js reads them', () => {
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => server.close());

  it('are read as the same', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(wellFormed, fc.integer({ min: 1, max: 200 }), async (response, size) => {
        const theirs = await nodeReads(response.bytes, response.isHead);
        const names = Object.keys(grouped([...theirs.headers, ...theirs.trailers]));
        const { responses, violation } = readResponses(response.bytes, {
          heads: [response.isHead],
          pieces: [size],
          names,
        });
        assert.equal(violation, null);
        const [ours] = responses;
        assert.deepEqual(
          { ...ours, isPersistent: undefined },
          {
            status: theirs.status,
            headers: grouped(theirs.headers),
            body: theirs.body,
            trailers: grouped(theirs.trailers),
            isPersistent: undefined,
          },
        );
      }),
      { numRuns: 300 },
    );
  });
});

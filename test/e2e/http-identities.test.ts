import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { RunRecord } from '../../src/record/run-record.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';

type Version = 'v1' | 'v2' | 'v3';
const STARS = { v1: null, v2: 'black', v3: 'red' } as const;

function pageOf(version: Version): string {
  const stars = STARS[version];
  const rating = stars === null ? '' : `<font color="${stars}"><i class="star"></i></font>`;
  return `<html><body><h4>Book Reviews</h4>
    <blockquote><p>Funny, and short.</p>${rating}</blockquote>${' '.repeat(1000)}</body></html>`;
}

/** Serves what each version says in a page, a document that is never twice the same, and a cookie. */
function startReviews(served: Record<Version, number>): Http2Server {
  let number = 0;
  return createServer((request, response) => {
    const draw = Math.random();
    const version = draw < 0.1 ? 'v1' : draw < 0.5 ? 'v2' : 'v3';
    served[version] += 1;
    const isPage = request.url.startsWith('/productpage');
    const pod = `reviews-${version}-5b7bcb8d-x2kq9`;
    const text = isPage ? pageOf(version) : JSON.stringify({ id: number++, podname: pod });
    const isZipped = request.headers['accept-encoding'] === 'gzip';
    response.setHeader('set-cookie', ['session=none', `reviews=${pod}; Path=/`]);
    if (isZipped) response.setHeader('content-encoding', 'gzip');
    response.end(isZipped ? gzipSync(text) : text);
  });
}

describe('who answered an HTTP request', () => {
  const served = { v1: 0, v2: 0, v3: 0 };
  const server = startReviews(served);
  let origin: string;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  function verify(
    weights: string,
    path: string,
    args: readonly string[],
  ): Promise<{ status: number | null; record: RunRecord }> {
    const rule = ['--weights', weights, '-n', '8000', '--http-version', '2'];
    return recordOf(['verify', ...rule, ...args, origin + path]);
  }

  const WITHOUT_STARS = ['--identity-map', 'black=v2,red=v3,=v1'];
  for (const [name, path, args] of [
    ['its page', '/productpage', []],
    ['its page, compressed', '/productpage', ['-H', 'accept-encoding: gzip']],
    [
      'an element, in each thread',
      '/productpage',
      ['--identity', 'html:font@color', ...WITHOUT_STARS, '--workers', '2'],
    ],
    ['a text', '/productpage', ['--identity', 'text:color="([a-z]+)', ...WITHOUT_STARS]],
    ['its document', '/api/v1/products/0/reviews', []],
    ['a cookie', '/x', ['--identity', 'cookie:reviews', '--identity-pattern', '(v[0-9])']],
  ] as const) {
    it(`is told by ${name}`, async () => {
      const before = { ...served };
      const { status, record } = await verify('v1=10,v2=40,v3=50', path, args);
      assert.equal(status, 0, reasonsOf(record));
      const { destinations } = record.calls[0]!.split!;
      assert.deepEqual(
        destinations.map(({ name: version, observed }) => [version, observed]),
        (['v1', 'v2', 'v3'] as const).map((version) => [
          version,
          served[version] - before[version],
        ]),
      );
    });
  }

  it('is told where the split is wrong, too', async () => {
    const { status, record } = await verify('v1=20,v2=30,v3=50', '/productpage', []);
    assert.equal(status, 1, reasonsOf(record));
  });
});

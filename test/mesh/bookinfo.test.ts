import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as requestHttp1 } from 'node:http';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, it } from 'node:test';
import {
  type Bookinfo,
  type BookinfoOptions,
  startBookinfo,
} from '../../src/mesh/bookinfo/bookinfo.js';
import { podNames } from '../../src/mesh/pod-names.js';

const [V1, V2, V3] = ['v1', 'v2', 'v3'].map((version) => podNames('reviews', version)[0]!);

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

describe('the embedded Bookinfo', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const part of open.splice(0).reverse()) await part.close();
  });

  async function bookinfo(options: Partial<BookinfoOptions> = {}): Promise<Bookinfo> {
    const mesh = await startBookinfo({
      reviews: weighted({ v1: 10, v2: 40, v3: 50 }),
      seed: 1,
      ...options,
    });
    open.push(mesh);
    return mesh;
  }

  /** Requests over one connection, in turn. */
  function http1(address: string): (path: string, init?: RequestInit) => Promise<Answer> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    open.push({
      close: () => {
        agent.destroy();
      },
    });
    return async (path, { method = 'GET', headers = {}, body } = {}) => {
      const sent = requestHttp1(`http://${address}${path}`, {
        agent,
        method,
        headers: headers,
      });
      sent.end(body);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const { statusCode = 0 } = response;
      return { status: statusCode, headers: response.headers, body: await text(response) };
    };
  }

  it('shows v1 without stars, v2 with black and v3 with red ones, and who served the reviews', async () => {
    const stars = { v1: [], v2: ['text-black-500', 'black'], v3: ['text-red-500', 'red'] };
    for (const [version, [today = null, older = null]] of Object.entries(stars)) {
      const reviews = weighted({ [version]: 1 });
      const { body } = await http1((await bookinfo({ reviews })).address)('/productpage');
      assert.deepEqual(matches(body, /text-(?:black|red)-500/g), today === null ? [] : [today]);
      const served = matches(body, /Reviews served by:\s*([\w-]+)/g);
      assert.deepEqual(served, [podNames('reviews', version)[0]]);

      const old = await http1((await bookinfo({ reviews, page: 'older' })).address)('/productpage');
      assert.deepEqual(matches(old.body, /<font color="(\w+)">/g), older === null ? [] : [older]);
      assert.equal(old.body.includes('glyphicon-star'), older !== null);
      assert.ok(!old.body.includes('served by'));
    }
  });

  it('fails the calls of a version of the reviews that it is told, with its name or without', async () => {
    const mesh = await bookinfo({ reviews: weighted({ v1: 1, v2: 1 }) });
    const get = http1(mesh.address);
    for (const isNamed of [true, false]) {
      mesh.setErrors('v2', { rate: 1, isNamed });
      const before = mesh.served();
      const seen = new Map<number, number>();
      for (let i = 0; i < 20; i += 1) {
        const { status, body } = await get('/api/v1/products/0/reviews');
        seen.set(status, (seen.get(status) ?? 0) + 1);
        assert.equal(
          (JSON.parse(body) as { podname?: string }).podname === V2,
          status === 500 && isNamed,
        );
      }
      // All of 20 to one version: once in 500,000 times, and the seed is the same each time.
      assert.deepEqual([...seen.keys()].sort(), [200, 500]);
      assert.equal(seen.get(500), mesh.served()[V2!]! - before[V2!]!);
    }
    mesh.setErrors('v2', null);
    assert.equal((await get('/api/v1/products/0/reviews')).status, 200);
    assert.throws(() => {
      mesh.setErrors('v9', null);
    }, RangeError);
  });

  it('answers the API in JSON as the real one does', async () => {
    const get = http1((await bookinfo({ reviews: weighted({ v2: 1 }) })).address);
    const { body, headers } = await get('/api/v1/products/0/reviews');
    assert.equal(headers['content-type'], 'application/json');
    const { id, podname, clustername, reviews } = JSON.parse(body) as Record<string, unknown>;
    assert.deepEqual([id, podname, clustername], ['0', V2, 'null']);
    assert.deepEqual(
      (reviews as { reviewer: string; rating: unknown }[]).map(({ reviewer, rating }) => [
        reviewer,
        rating,
      ]),
      [
        ['Reviewer1', { stars: 5, color: 'black' }],
        ['Reviewer2', { stars: 4, color: 'black' }],
      ],
    );
    const ratings = await get('/api/v1/products/0/ratings');
    assert.deepEqual(JSON.parse(ratings.body), { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } });
    const [product] = JSON.parse((await get('/api/v1/products')).body) as { title: string }[];
    assert.equal(product!.title, 'The Comedy of Errors');
    assert.equal(
      (JSON.parse((await get('/api/v1/products/0')).body) as { pages: number }).pages,
      200,
    );
  });

  it('gives v1 no rating', async () => {
    const get = http1((await bookinfo({ reviews: weighted({ v1: 1 }) })).address);
    const { reviews } = JSON.parse((await get('/api/v1/products/0/reviews')).body) as {
      reviews: object[];
    };
    assert.ok(reviews.length === 2 && reviews.every((review) => !('rating' in review)));
  });

  it('splits the requests of one connection by the weights, and counts what each pod served', async () => {
    const mesh = await bookinfo();
    const get = http1(mesh.address);
    const seen: Record<string, number> = {};
    for (let i = 0; i < 1000; i += 1) {
      const { body } = await get('/api/v1/products/0/reviews');
      const { podname } = JSON.parse(body) as { podname: string };
      seen[podname] = (seen[podname] ?? 0) + 1;
    }
    const served = mesh.served();
    for (const pod of [V1, V2, V3]) assert.equal(served[pod!], seen[pod!]);
    // Standard deviations 9.5, 15.5, 15.8; the seed makes the outcome the same each time.
    assert.ok(Math.abs(seen[V1!]! - 100) < 40, JSON.stringify(seen));
    assert.ok(Math.abs(seen[V2!]! - 400) < 70, JSON.stringify(seen));
  });

  it('serves other weights once told, and refuses those that make no split', async () => {
    const mesh = await bookinfo();
    const get = http1(mesh.address);
    mesh.setWeights({ v3: 1 });
    for (let i = 0; i < 20; i += 1) await get('/productpage');
    assert.equal(mesh.served()[V3!], 20);
    assert.throws(() => {
      mesh.setWeights({ v4: 1 });
    }, RangeError);
    await assert.rejects(bookinfo({ reviews: [] }), RangeError);
  });

  it('sends testers who are logged in to their version, and the others by weight', async () => {
    const mesh = await bookinfo({
      reviews: weighted({ v1: 1, v2: 0 }),
      testers: { jason: 'v2' },
    });
    const get = http1(mesh.address);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const login = await get('/login', { method: 'POST', headers: form, body: 'username=jason' });
    assert.deepEqual([login.status, login.headers.location], [302, '/productpage']);
    const [cookie] = String(login.headers['set-cookie']).split(';');
    const own = await get('/productpage', { headers: { cookie: cookie! } });
    assert.match(own.body, /jason.*Sign out/);
    await get('/productpage', { headers: { cookie: 'session=mary' } });
    await get('/productpage');
    const served = mesh.served();
    assert.deepEqual([served[V1!], served[V2!]], [2, 1]);
    const logout = await get('/logout', { headers: { cookie: cookie! } });
    assert.match(String(logout.headers['set-cookie']), /^session=;.*Max-Age=0/);
  });

  it('shows names as text', async () => {
    const get = http1((await bookinfo()).address);
    const cookie = `session=${encodeURIComponent('<b id="x">')}`;
    const { body } = await get('/productpage', { headers: { cookie } });
    assert.ok(body.includes('&lt;b id=&quot;x&quot;&gt;') && !body.includes('<b id'));
  });

  it('forwards the paths it is told and no other, and has no cookies of its own accord', async () => {
    const mesh = await bookinfo();
    const get = http1(mesh.address);
    for (const path of ['/', '/productpage/', '/productpages', '/reviews/0', '/loginx']) {
      const { status, body } = await get(path);
      assert.deepEqual([path, status, body], [path, 404, '']);
    }
    assert.ok(Object.values(mesh.served()).every((count) => count === 0));
    const page = await get('/productpage?u=normal');
    assert.deepEqual([page.status, page.headers['set-cookie']], [200, undefined]);
    assert.equal((await get('/static/img/reader.svg')).headers['content-type'], 'image/svg+xml');

    const other = await bookinfo({ paths: [{ exact: '/api/v1/products/0/reviews' }] });
    assert.equal((await http1(other.address)('/productpage')).status, 404);
  });

  it('speaks HTTP/2 with prior knowledge on the same port', async () => {
    const mesh = await bookinfo({ reviews: weighted({ v3: 1 }) });
    const session = connect(`http://${mesh.address}`);
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const stream = session.request({ ':path': '/api/v1/products/0/reviews' });
        const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
        return [
          headers[':status'],
          (JSON.parse(await text(stream)) as { podname: string }).podname,
        ];
      }),
    );
    assert.deepEqual(answers, new Array(5).fill([200, V3]));
    session.destroy();
  });

  it('keeps a connection, and answers HEAD without a body', async () => {
    const { port, host } = await bookinfo({ reviews: weighted({ v3: 1 }) });
    const socket = connectTcp(port, host);
    // A request that comes byte by byte is one too.
    for (const part of ['H', 'E', 'AD /productpage HTTP/1.1\r\nhost: x\r\n\r\n']) {
      socket.write(part);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    socket.write('GET /api/v1/products/0/ratings HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const said = await text(socket);
    const [head, second, ...rest] = said.split('HTTP/1.1 200 OK').slice(1);
    assert.match(head!, /content-length: \d{4}\r\n/);
    assert.ok(head!.endsWith('\r\n\r\n'), head);
    assert.match(second!, /"Reviewer1":5/);
    assert.deepEqual(rest, []);
  });

  it('runs each pod at a port of its own', async () => {
    const mesh = await bookinfo();
    assert.equal(new Set(Object.values(mesh.pods)).size, 6);
    const { body } = await http1(mesh.pods[V3!]!)('/reviews/0');
    assert.equal((JSON.parse(body) as { podname: string }).podname, V3);
    assert.equal((await http1(mesh.pods[V3!]!)('/productpage')).status, 404);
  });

  it('closes while clients are connected that say nothing, or half a word', async () => {
    const mesh = await bookinfo();
    for (const said of ['', 'PR', 'GET /produ']) {
      const socket = connectTcp(mesh.port, mesh.host);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(said);
    }
    await mesh.close();
    await assert.rejects(http1(mesh.address)('/productpage'), { code: 'ECONNREFUSED' });
  });
});

interface RequestInit {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

function weighted(weights: Readonly<Record<string, number>>): BookinfoOptions['reviews'] {
  return Object.entries(weights).map(([name, weight]) => {
    return { name, weight, pods: podNames('reviews', name) };
  });
}

/** What a pattern finds, its group where it has one; each once. */
function matches(body: string, pattern: RegExp): string[] {
  return [...new Set([...body.matchAll(pattern)].map(([all, group]) => group ?? all))];
}

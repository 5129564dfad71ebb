import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  ask,
  type GateAnswer,
  type GateService,
  greeterScenario,
  startGateService,
} from '../fixtures/gate-service.js';

const TOKEN = 'correct-horse-battery-staple';
const AS_CI = { authorization: `Bearer ${TOKEN}` };
const AUTHORIZED = `host: x\r\nauthorization: Bearer ${TOKEN}\r\n`;
/** A run of it ends at once, and judges nothing. */
const NOBODY_LISTENS = '127.0.0.1:1';
const PATIENCE_MS = 60_000;

describe('splitproof gate and hostile clients', () => {
  let state: string;
  let gate: GateService;
  before(async () => {
    state = await mkdtemp(path.join(tmpdir(), 'splitproof-state-'));
    gate = await startGateService(
      state,
      {
        'scenarios/gone.yaml': greeterScenario(NOBODY_LISTENS, 'v1=60,v2=40'),
        tokens: `ci:${TOKEN}\n`,
      },
      'tokens: tokens\nrate: 100000\nqueue: 1000\n',
    );
  });
  after(async () => {
    await gate.stop();
    await rm(state, { recursive: true });
  });

  /** Sends bytes, and says nothing more. @returns All that came, when the connection was closed. */
  function exchanged(bytes: string): Promise<string> {
    const socket = connect(gate.port, '127.0.0.1');
    return new Promise((resolve, reject) => {
      let text = '';
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new Error(`the connection stays open: ${JSON.stringify(bytes.slice(0, 200))}`));
      }, PATIENCE_MS);
      socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(text);
      });
      socket.write(bytes, 'latin1');
    });
  }
  const statusesIn = (text: string): number[] =>
    [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  const post = (body: unknown, query = '', headers: Record<string, string> = {}) =>
    ask(gate, 'POST', `/v1/runs/gone${query}`, { body, headers: { ...AS_CI, ...headers } });

  function plain({ status, text, json }: GateAnswer, what: string): number {
    assert.ok(text.length < 2000, what);
    if (status >= 400 && status < 500 && status !== 425) {
      assert.ok(typeof json.error === 'string' && !json.error.includes('\n'), what);
      assert.doesNotMatch(json.error, /\bat \S+:\d+|node_modules|Error:/, what);
    }
    return status;
  }

  it('are not understood in two ways: what could be is refused, and nothing behind it is answered', async () => {
    const hidden = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
    const beginning = `POST /v1/runs/gone HTTP/1.1\r\n${AUTHORIZED}content-type: application/json\r\n`;
    const smuggled: Record<string, string> = {
      'a length and chunks': `content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      'chunks and a length': `transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n`,
      'two lengths': 'content-length: 2\r\ncontent-length: 40\r\n\r\n{}',
      'two lengths in one': 'content-length: 2, 40\r\n\r\n{}',
      'a length with a sign': 'content-length: +2\r\n\r\n{}',
      'a negative length': 'content-length: -2\r\n\r\n{}',
      'a length in hexadecimal': 'content-length: 0x2\r\n\r\n{}',
      'an unknown coding': 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n',
      'chunks that are not last': 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n',
      'a space before the colon': 'transfer-encoding : chunked\r\n\r\n0\r\n\r\n',
      'a line that is folded': 'x: a\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      'a chunk without a size': 'transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
      'NUL in a header': 'x: a\0b\r\ncontent-length: 2\r\n\r\n{}',
      'a bare CR': 'x: a\rtransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}',
    };
    for (const [what, rest] of Object.entries(smuggled)) {
      const statuses = statusesIn(await exchanged(`${beginning}${rest}${hidden}`));
      assert.deepEqual(statuses, [400], what);
    }
  });

  it('get one sentence where they speak no HTTP/1.1', async () => {
    const odd: Record<string, [string, number]> = {
      'a version that is none': ['GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n', 400],
      'an unknown method': ['SPLIT /healthz HTTP/1.1\r\nhost: x\r\n\r\n', 400],
      'a method in small letters': ['get /healthz HTTP/1.1\r\nhost: x\r\n\r\n', 400],
      'a path with a space': ['GET /health z HTTP/1.1\r\nhost: x\r\n\r\n', 400],
      'a very long path': [`GET /v1/runs/${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
      'very many headers': [
        `GET /healthz HTTP/1.1\r\nhost: x\r\n${'name: value\r\n'.repeat(5000)}\r\n`,
        431,
      ],
    };
    for (const [what, [bytes, status]] of Object.entries(odd)) {
      const text = await exchanged(bytes);
      assert.deepEqual(statusesIn(text), [status], what);
      assert.match(text, /\r\n\r\n\{"error":"[^"\n]+"\}$/, what);
    }
    assert.deepEqual(statusesIn(await exchanged('GET /healthz HTTP/1.1\r\n\r\n')), [400]);
    assert.deepEqual(statusesIn(await exchanged('CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n')), []);
  });

  it('may send requests without waiting for answers, and get them in order', async () => {
    const wanted: number[] = [];
    let bytes = '';
    for (let index = 0; index < 200; index++) {
      const [where, status] = (
        [
          ['/healthz', 200],
          ['/nothing', 404],
          ['/v1/runs/x', 401],
        ] as const
      )[index % 3]!;
      wanted.push(status);
      bytes += `GET ${where} HTTP/1.1\r\nhost: x\r\n\r\n`;
    }
    const last = 'GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    assert.deepEqual(statusesIn(await exchanged(`${bytes}${last}`)), [...wanted, 200]);
  });

  it('reach nothing but what there is, by whatever name', async () => {
    const names = [
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e',
      '..%5c..%5cgate.yaml',
      'gone%00',
      'gone%2f',
      'gone%20',
      'GONE',
      'ｇｏｎｅ',
      'gon%C3%A9',
      '%252e%252e%252fgate.yaml',
      '__proto__',
      'constructor',
      'toString',
      'x'.repeat(5000),
    ];
    for (const name of names) {
      const encoded = encodeURI(decodesOf(name) ? name : encodeURIComponent(name));
      for (const where of [`/v1/runs/${encoded}`, `/v1/verdicts/${encoded}`]) {
        const answer = await ask(gate, 'POST', where, { body: { revision: 'x' }, headers: AS_CI });
        assert.equal(plain(answer, where), 404, where);
      }
      for (const where of [`/v1/runs/${encoded}`, `/v1/runs/${encoded}/report.json`]) {
        assert.equal(plain(await ask(gate, 'GET', where, { headers: AS_CI }), where), 404, where);
      }
    }
    for (const where of ['//v1/runs/gone', '/v1//runs/gone', '/V1/runs/gone']) {
      assert.equal((await ask(gate, 'POST', where, { body: {}, headers: AS_CI })).status, 404);
    }
    for (const where of ['/v1/runs/%zz', '/v1/runs/%c3%28', '/%']) {
      const answer = await ask(gate, 'POST', where, { body: {}, headers: AS_CI });
      assert.deepEqual([plain(answer, where), answer.json.error], [400, 'the path cannot be read']);
    }
    for (const name of await readdir(state)) assert.equal(name, 'gate.lock');
  });
  /** Whether it is written as a path has it already. */
  function decodesOf(name: string): boolean {
    return /^[\x21-\x7e]*$/.test(name) && !name.includes('%');
  }

  it('are told which methods there are', async () => {
    const allowed: Record<string, string> = {
      '/healthz': 'GET, HEAD',
      '/metrics': 'GET, HEAD',
      '/v1/runs/gone': 'GET, POST',
      '/v1/verdicts/gone': 'GET, POST',
      '/v1/runs/x/report.json': 'GET',
    };
    for (const [where, methods] of Object.entries(allowed)) {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const { status, headers } = await ask(gate, method, where, { headers: AS_CI });
        assert.deepEqual([status, headers.allow], [405, methods], `${method} ${where}`);
      }
    }
    const { status, text } = await ask(gate, 'HEAD', '/readyz');
    assert.deepEqual([status, text], [200, '']);
    assert.equal((await ask(gate, 'PUT', '/v1/runs/gone')).status, 401, 'without a token');
  });

  it('send plain JSON, or are told to', async () => {
    const json = JSON.stringify({ revision: 'x' });
    const types: Record<string, number> = {
      'text/plain': 415,
      'text/html': 415,
      'application/xml': 415,
      'multipart/form-data; boundary=x': 415,
      'application/octet-stream': 415,
      nonsense: 415,
      'application/json; charset=utf-8': 202,
      'application/json; charset=nonsense': 202,
      'APPLICATION/JSON': 202,
    };
    for (const [type, status] of Object.entries(types)) {
      assert.equal(plain(await post(json, '', { 'content-type': type }), type), status, type);
    }
    const packed = gzipSync(json).toString('latin1');
    const answer = await post(packed, '', { 'content-encoding': 'gzip' });
    assert.equal(plain(answer, 'gzip'), 415);
    assert.match(answer.json.error!, /without content-encoding/);
    const megabyte = await post({ revision: 'x'.repeat(1024 * 1024) }).catch(() => null);
    assert.ok(megabyte === null || megabyte.status === 413);
  });

  it('change nothing by queries that are odd', async () => {
    const queries: Record<string, number> = {
      '?revision=a&revision=b': 400,
      '?revision[]=a': 400,
      '?revision=%00': 400,
      '?revision=a&__proto__=b': 400,
      '?revision=a&constructor=b': 400,
      '?revision=a&step=1&step=2': 400,
      '?revision=a&inconclusive=pass&inconclusive=fail': 400,
      '?revision=a&wait=-1s': 400,
      '?revision=a&wait=': 400,
      '?revision=a&wait=1e309s': 400,
      '?revision=a&labels=x': 400,
      '?revision=%C3%A9&step=%F0%9F%9A%80': 202,
    };
    for (const [query, status] of Object.entries(queries)) {
      const answer = await ask(gate, 'POST', `/v1/runs/gone${query}`, { headers: AS_CI });
      assert.equal(plain(answer, query), status, query);
    }
    for (const prefer of ['wait', 'wait=', 'wait=x', 'wait=-1', ';;,=,"', 'wait="', 'wait=0']) {
      assert.equal((await post({ revision: 'prefer', step: prefer }, '', { prefer })).status, 202);
    }
    // As long as it takes, and no longer than max-wait.
    const { status } = await post({ revision: 'patient' }, '', { prefer: 'wait=99999999999999' });
    assert.equal(status, 424);
  });

  it('cannot pass for Flagger with what it does not send', async () => {
    const payload = { name: 'podinfo', namespace: 'test', phase: 'Progressing', checksum: '85d5' };
    const odd: Record<string, [object, number]> = {
      'a number for a name': [{ name: 7 }, 400],
      'nothing for a checksum': [{ checksum: null }, 400],
      'a map for a phase': [{ phase: {} }, 400],
      'a line end': [{ namespace: 'a\nb' }, 400],
      'a phase that writes on a terminal': [{ phase: '\u001b[2J' }, 400],
      'metadata that are a list': [{ metadata: ['x'] }, 400],
      'a number for a step': [{ metadata: { step: 3 } }, 400],
      'a long step': [{ metadata: { step: 'x'.repeat(201) } }, 400],
      'names that are too long together': [
        { namespace: 'x'.repeat(150), name: 'y'.repeat(150) },
        400,
      ],
      'a path for a name': [{ name: '../../etc/passwd' }, 425],
      'no metadata': [{ metadata: null }, 425],
    };
    for (const [what, [more, status]] of Object.entries(odd)) {
      assert.equal(plain(await post({ ...payload, ...more }, '?wait=0s'), what), status, what);
    }
  });

  it('are no pages in browsers', async () => {
    const pages: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-origin' },
    ];
    for (const headers of pages) {
      const answer = await post({ revision: 'page' }, '', headers);
      assert.equal(plain(answer, JSON.stringify(headers)), 403);
    }
    assert.equal((await post({ revision: 'typed' }, '', { 'sec-fetch-site': 'none' })).status, 202);
  });

  it('leave it as it was', async () => {
    for (const where of ['/healthz', '/readyz', '/metrics']) {
      assert.equal((await ask(gate, 'GET', where)).status, 200);
    }
    assert.ok(!gate.log().includes(TOKEN));
    // eslint-disable-next-line no-control-regex -- those are what is looked for
    assert.doesNotMatch(gate.log(), /[\0-\x09\x0b-\x1f\x7f]/);
  });
});

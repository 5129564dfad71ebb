import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import {
  ask,
  type GateAnswer,
  type GateService,
  greeterScenario,
  startGateService,
} from '../fixtures/gate-service.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';

const TOKEN = 'correct-horse-battery-staple';
const OTHER = 'another-token-of-another';
const AS_ARGO = { authorization: `Bearer ${TOKEN}` };
const AT_ONCE = 1000;
const QUEUE = 8;

describe('splitproof gate under load and attack', () => {
  let mesh: Awaited<ReturnType<typeof startGreeterMesh>>;
  let state: string;
  let gate: GateService;
  before(async () => {
    mesh = await startGreeterMesh();
    state = await mkdtemp(path.join(tmpdir(), 'splitproof-state-'));
    const digest = createHash('sha256').update(OTHER).digest('hex');
    gate = await startGateService(
      state,
      {
        'scenarios/small.yaml': greeterScenario(mesh.address, 'v1=60,v2=40', 'requests: 50'),
        tokens: `# who asks\nargo:${TOKEN}\nflagger:sha256:${digest}\n`,
      },
      `tokens: tokens\nqueue: ${QUEUE}\nrate: 100000\nconnections: 1100\n`,
    );
  });
  after(async () => {
    await gate.stop();
    await mesh.close();
    await rm(state, { recursive: true });
  });
  const post = (body: unknown, headers: Record<string, string> = AS_ARGO, query = '') =>
    ask(gate, 'POST', `/v1/runs/small${query}`, { body, headers });

  it('answers a thousand requests at once, runs one at a time, and loses none that it took', async () => {
    const before = Object.values(mesh.served()).reduce((sum, n) => sum + n, 0);
    const all = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => post({ revision: `rev-${index % 500}` })),
    );
    assert.deepEqual([...new Set(all.map(({ status }) => status))].sort(), [202, 503]);
    assert.ok(all.every(({ headers }) => headers['retry-after'] !== undefined));
    const taken = new Set(
      all.filter(({ status }) => status === 202).map(({ json }) => json.location!),
    );
    assert.ok(taken.size >= QUEUE + 1, `${taken.size} were taken`);
    const records: RunRecord[] = [];
    for (const location of taken) records.push(await finished(location));
    assert.ok(records.every(({ load }) => load.sent === 50));
    const sent = records.reduce((sum, { load }) => sum + load.sent + load.excluded, 0);
    assert.equal(Object.values(mesh.served()).reduce((sum, n) => sum + n, 0) - before, sent);
    const spans = records
      .map(({ startedAt, durationSeconds }) => {
        const start = Date.parse(startedAt);
        return [start, start + durationSeconds * 1000] as const;
      })
      .sort(([a], [b]) => a - b);
    for (const [index, [start]] of spans.entries()) {
      const [, end] = spans[index - 1] ?? [0, 0];
      assert.ok(
        start >= end,
        `run ${index} began ${end - start} ms before the one before had ended`,
      );
    }
  });

  async function finished(location: string): Promise<RunRecord> {
    for (;;) {
      const { json } = await ask(gate, 'GET', location, { headers: AS_ARGO });
      if (json.state === 'done') return (json as { record: RunRecord }).record;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('has a thousand askers of one question wait for one run', async () => {
    const all = await Promise.all(
      Array.from({ length: AT_ONCE }, () => post({ revision: 'same' }, AS_ARGO, '?wait=50s')),
    );
    assert.deepEqual([...new Set(all.map(({ status }) => status))], [409]);
    assert.equal(new Set(all.map(({ json }) => json.endedAt)).size, 1);
  });

  it('takes a token as bearer and as password, and no other', async () => {
    const ask1 = (authorization: string) =>
      post({ revision: 'token' }, { authorization }).then(({ status }) => status);
    const basic = (token: string) => `Basic ${Buffer.from(`flagger:${token}`).toString('base64')}`;
    for (const right of [`Bearer ${TOKEN}`, `bearer ${OTHER}`, basic(OTHER), basic(TOKEN)]) {
      assert.notEqual(await ask1(right), 401, right);
    }
    const digest = createHash('sha256').update(OTHER).digest('hex');
    for (const wrong of [
      'Bearer wrong',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer sha256:${digest}`,
      `Bearer ${digest}`,
      `Digest ${TOKEN}`,
      TOKEN,
      'Basic !!!',
      basic('x'),
      'Bearer ',
    ]) {
      assert.equal(await ask1(wrong), 401, wrong);
    }
    const { status, headers, json } = await post({ revision: 'token' }, {});
    assert.deepEqual([status, headers['www-authenticate']], [401, 'Bearer realm="splitproof"']);
    assert.match(json.error!, /send a token/);
    for (const where of ['/v1/runs/x', '/v1/runs/x/report.json', '/v1/verdicts/small?revision=x']) {
      assert.equal((await ask(gate, 'GET', where)).status, 401);
    }
    for (const where of ['/healthz', '/readyz', '/metrics']) {
      assert.equal((await ask(gate, 'GET', where)).status, 200);
    }
    assert.ok(!gate.log().includes(TOKEN) && !gate.log().includes(OTHER));
  });

  it('reads its tokens again when they have changed, and keeps them where the file is wrong', async () => {
    const file = path.join(gate.folder, 'tokens');
    const third = 'a-third-token-of-somebody';
    const asThird = { authorization: `Bearer ${third}` };
    assert.equal((await post({ revision: 'third' }, asThird)).status, 401);
    await writeFile(file, `argo:${TOKEN}\nthird:${third}\n`);
    while ((await post({ revision: 'third' }, asThird)).status === 401) await pause();
    assert.equal(
      (await post({ revision: 'third' }, { authorization: `Bearer ${OTHER}` })).status,
      401,
    );
    await writeFile(file, 'short:x\n');
    while (!gate.log().includes('tokens-unchanged')) {
      assert.notEqual((await post({ revision: 'third' }, asThird)).status, 401);
      await pause();
    }
    assert.notEqual((await post({ revision: 'third' }, asThird)).status, 401);
  });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

  it('says in one sentence what is wrong with a request', async () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const wrong: Record<string, [unknown, RegExp]> = {
      'no revision': [{}, /^revision: it is missing/],
      'an empty one': [{ revision: '' }, /^revision: it is empty/],
      'a number': [{ revision: 7 }, /^revision: /],
      'line ends': [{ revision: 'a\r\nset-cookie: x' }, /^revision: it holds characters/],
      NUL: [{ revision: 'a\u0000b' }, /^revision: it holds characters/],
      'half a character': ['{"revision":"\\ud800"}', /^revision: it holds characters/],
      'text that runs backwards': [{ revision: 'a\u202eb' }, /^revision: it holds characters/],
      'a long one': [{ revision: 'x'.repeat(201) }, /^revision: it has more than 200/],
      'a list': [[], /no JSON object/],
      null: ['null', /^revision: it is missing/],
      'no JSON': ['{"revision":', /no JSON/],
      nothing: ['', /JSON/],
      prototypes: ['{"revision":"a","__proto__":{"step":"b"}}', /names that none may/],
      constructors: ['{"revision":"a","constructor":{"prototype":{"x":1}}}', /names that none may/],
      'a deep nest': [`{"revision":${deep}}`, /^revision: /],
      'a target': [
        { revision: 'a', target: '127.0.0.1:1' },
        /^target: nothing that a question holds/,
      ],
      'a command': [
        { revision: 'a', scenario: '/etc/passwd', cmd: 'id' },
        /^scenario, cmd: nothing/,
      ],
      'labels that are none': [{ revision: 'a', labels: { x: {} } }, /^labels: /],
      'many labels': [
        {
          revision: 'a',
          labels: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`a${n}`, 'x'])),
        },
        /^labels: there are more than 16/,
      ],
      'a step of another kind': [{ revision: 'a', step: [1] }, /^step: /],
    };
    for (const [what, [body, error]] of Object.entries(wrong)) {
      const { status, json } = await post(body);
      assert.equal(status, 400, what);
      assert.match(json.error!, error, what);
      assert.ok(!json.error!.includes('\n') && json.error!.length < 400, what);
    }
    assert.equal((await post({ revision: 'a' }, AS_ARGO, '?wait=soon')).status, 400);
    assert.equal((await post({ revision: 'a' }, AS_ARGO, '?inconclusive=maybe')).status, 400);
    assert.equal((await post({ revision: 'a' }, AS_ARGO, '?wait=1s&wait=2s')).status, 400);
    const form = await post('revision=a', {
      ...AS_ARGO,
      'content-type': 'application/x-www-form-urlencoded',
    });
    assert.deepEqual([form.status, form.json.error!.includes('content-type')], [415, true]);
    assert.equal(({} as { step?: string }).step, undefined);
  });

  it('takes neither huge bodies nor huge headers', async () => {
    const huge = JSON.stringify({ revision: 'x'.repeat(10 * 1024 * 1024) });
    const refused = await post(huge).catch(
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    // The answer may be overtaken by the end of the connection that it was sent on.
    assert.ok(
      ['EPIPE', 'ECONNRESET', 413].includes(
        typeof refused === 'object' ? refused.status : refused!,
      ),
    );
    const justTooMuch = await post(JSON.stringify({ revision: 'x'.repeat(64 * 1024) }));
    assert.equal(justTooMuch.status, 413);
    const long = await post({ revision: 'x' }, { ...AS_ARGO, 'x-long': 'x'.repeat(20_000) });
    assert.deepEqual([long.status, long.json.error], [431, 'the headers are too long']);
    assert.ok(await isUp());
  });

  it('cuts clients that are too slow, and answers others meanwhile', async () => {
    const beginnings = [
      'POST /v1/runs/small HTTP/1.1\r\nhost: x\r\n',
      `POST /v1/runs/small HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"rev`,
      '',
    ];
    const slow = Array.from({ length: 60 }, (_, index) => begun(beginnings[index % 3]!));
    assert.ok(await isUp());
    const ends = await Promise.all(slow.map(({ ended }) => ended));
    for (const text of ends) assert.match(text, /^HTTP\/1.1 (408|400) /);
    // Those that had begun a request; the others dripped what begins none.
    assert.equal(ends.filter((text) => text.startsWith('HTTP/1.1 408 ')).length, 40);
  });

  function begun(text: string): { ended: Promise<string> } {
    const socket: Socket = connect(gate.port, '127.0.0.1');
    socket.write(text);
    // A byte now and then does not help.
    const drip = setInterval(() => socket.write('x'), 1000);
    const ended = new Promise<string>((resolve) => {
      let answer = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(drip);
        resolve(answer);
      });
    });
    return { ended };
  }

  it('answers what is no HTTP, and goes on', async () => {
    for (const text of ['\u0016\u0003\u0001\u0002\u0000', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
      assert.match(await begun(text).ended, /^HTTP\/1.1 400 /);
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD']) {
      const { status } = await ask(gate, method, '/v1/runs/small', { headers: AS_ARGO });
      assert.equal(status, 405, method);
    }
    assert.ok(await isUp());
  });

  it('wrote verdicts, their records, and nothing else', async () => {
    const KEPT = /^(?:[0-9a-f]{32}(?:\.record)?\.json|gate\.lock)$/;
    for (const name of await readdir(state)) assert.match(name, KEPT);
  });

  async function isUp(): Promise<boolean> {
    const answers: GateAnswer[] = [
      await ask(gate, 'GET', '/healthz'),
      await ask(gate, 'GET', '/readyz'),
    ];
    return answers.every(({ status }) => status === 200);
  }
});

describe('rates of a gate', () => {
  it('has who asks too often wait, and nobody else', async () => {
    const mesh = await startGreeterMesh();
    const state = await mkdtemp(path.join(tmpdir(), 'splitproof-state-'));
    const gate = await startGateService(
      state,
      {
        'scenarios/small.yaml': greeterScenario(mesh.address, 'v1=60,v2=40', 'requests: 50'),
        tokens: `argo:${TOKEN}\nflagger:${OTHER}\n`,
      },
      'tokens: tokens\nrate: 0.001\n',
    );
    try {
      const as = (token: string) =>
        ask(gate, 'GET', '/v1/runs/x', { headers: { authorization: `Bearer ${token}` } });
      assert.equal((await as(TOKEN)).status, 404);
      const { status, headers } = await as(TOKEN);
      assert.deepEqual([status, Number(headers['retry-after']) > 900], [429, true]);
      assert.equal((await as(OTHER)).status, 404);
      assert.equal((await as('wrong-wrong-wrong-wrong')).status, 401);
      assert.equal((await as('wrong-wrong-wrong-wrong')).status, 429);
    } finally {
      await gate.stop();
      await mesh.close();
      await rm(state, { recursive: true });
    }
  });
});

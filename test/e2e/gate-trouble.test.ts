import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { idOf } from '../../src/gate/expected-step.js';
import {
  ask,
  type GateService,
  greeterScenario,
  startGateService,
} from '../fixtures/gate-service.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';

/** Longer than any of these runs takes. */
const WAIT = 'wait=50s';
const PATIENCE_MS = 60_000;
const SECOND_SIGNAL_MS = 1000;

describe('a gate in trouble', () => {
  let mesh: Awaited<ReturnType<typeof startGreeterMesh>>;
  let state: string;
  let gate: GateService | null = null;
  before(async () => {
    mesh = await startGreeterMesh();
  });
  after(() => mesh.close());
  beforeEach(async () => {
    state = await mkdtemp(path.join(tmpdir(), 'splitproof-state-'));
  });
  afterEach(async () => {
    await gate?.stop();
    gate = null;
    await rm(state, { recursive: true, force: true });
  });

  async function started(settings = ''): Promise<GateService> {
    const { address } = mesh;
    gate = await startGateService(
      state,
      {
        'scenarios/right.yaml': greeterScenario(address, 'v1=60,v2=40'),
        'scenarios/wrong.yaml': greeterScenario(address, 'v1=30,v2=70'),
        // Two minutes.
        'scenarios/slow.yaml': greeterScenario(address, 'v1=60,v2=40', 'requests: 4800\nrps: 40'),
      },
      settings,
    );
    return gate;
  }
  const asked = (at: GateService, name: string, revision: string, query = WAIT) =>
    ask(at, 'POST', `/v1/runs/${name}?${query}`, { body: { revision, step: '1' } });
  const served = () => Object.values(mesh.served()).reduce((sum, n) => sum + n, 0);
  const metric = async (at: GateService, line: string) =>
    (await ask(at, 'GET', '/metrics')).text.split('\n').includes(line);

  async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      assert.ok(Date.now() < deadline, `${what}:\n${gate?.log() ?? ''}`);
      await pause(50);
    }
  }
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  /** Has a run of two minutes go on. */
  async function running(at: GateService): Promise<void> {
    const before = served();
    assert.equal((await asked(at, 'slow', 'long', 'wait=0s')).status, 202);
    await until(() => served() > before + 5, 'the run does not send');
  }

  /** Until nothing has come for as long as 40 requests take that are due. */
  async function untilSilent(): Promise<void> {
    let seen = -1;
    await until(async () => {
      const before = seen;
      seen = served();
      if (seen !== before) await pause(1000);
      return seen === before;
    }, 'the run goes on');
  }

  async function endOf({ exited }: GateService): Promise<number | null | 'none'> {
    let timer: NodeJS.Timeout | undefined;
    const none = new Promise<'none'>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, 'none');
    });
    const end = await Promise.race([exited, none]);
    clearTimeout(timer);
    return end;
  }

  it('takes its run with it when it is killed, remembers fails, and runs again what was not judged', async () => {
    const first = await started();
    const fail = await asked(first, 'wrong', 'bad');
    assert.equal(fail.status, 422);
    await running(first);
    process.kill(first.pid, 'SIGKILL');
    await untilSilent();
    await first.stop();
    const second = await started();
    const before = served();
    const again = await asked(second, 'wrong', 'bad');
    assert.deepEqual([again.status, again.json.endedAt], [422, fail.json.endedAt]);
    assert.equal(served(), before);
    const { status } = await ask(second, 'GET', `/v1/runs/${slowId}`);
    assert.equal(status, 404, 'nothing was judged');
    assert.equal((await asked(second, 'slow', 'long', 'wait=0s')).status, 202);
    await until(() => served() > before, 'it is not run again');
    process.kill(second.pid, 'SIGKILL');
    await untilSilent();
  });
  const slowId = idOf({ scenario: 'slow', revision: 'long', step: '1' });

  it('shares its folder of verdicts with no other', async () => {
    const first = await started();
    await assert.rejects(
      startGateService(state, {
        'scenarios/right.yaml': greeterScenario(mesh.address, 'v1=60,v2=40'),
      }),
      (error: Error) => {
        const lines = error.message.trim().split('\n').slice(1);
        assert.equal(lines.length, 1, error.message);
        return lines[0]!.includes(`: state: another gate (process ${first.pid} of `);
      },
    );
    assert.equal((await asked(first, 'right', 'one')).status, 200);
  });

  it('ends at once at a second signal, and its run with it', async () => {
    const first = await started('grace: 60s\n');
    await running(first);
    process.kill(first.pid, 'SIGTERM');
    await pause(SECOND_SIGNAL_MS);
    process.kill(first.pid, 'SIGTERM');
    assert.equal(await endOf(first), 143);
    await untilSilent();
  });

  it('ends in order at SIGHUP and SIGINT as at SIGTERM', async () => {
    for (const signal of ['SIGHUP', 'SIGINT'] as const) {
      const service = await started();
      process.kill(service.pid, signal);
      assert.equal(await endOf(service), 0, signal);
      await service.stop();
    }
  });

  it('ends although clients neither finish their requests nor read their answers', async () => {
    const service = await started();
    const { json } = await asked(service, 'right', 'one');
    const get = `GET ${json.location!}/report.html HTTP/1.1\r\nhost: x\r\n\r\n`;
    const stalled = [
      ...['POST /v1/runs/right HTTP/1.1\r\nhost: x\r\n', ''],
      'POST /v1/runs/right HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
      get.repeat(100),
    ].map(stalling);
    await until(() => stalled.every(({ connecting }) => !connecting), 'nothing connects');
    assert.equal((await ask(service, 'GET', '/healthz')).status, 200);
    process.kill(service.pid, 'SIGTERM');
    assert.equal(await endOf(service), 0);
    for (const socket of stalled) socket.destroy();
  });

  /** Sends a text and reads nothing. */
  function stalling(text: string): Socket {
    const socket = connect(gate?.port ?? 0, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause().write(text);
    return socket;
  }

  it('answers a fail that it cannot write, runs nothing else meanwhile, and writes it later', async () => {
    const service = await started();
    const key = { scenario: 'wrong', revision: 'full', step: '1' };
    // No file can be written where a folder is.
    const blocking = path.join(state, `${idOf(key)}.json.${service.pid}.new`);
    await mkdir(blocking);
    const first = await asked(service, 'wrong', 'full');
    assert.deepEqual([first.status, first.json.verdict], [422, 'fail']);
    const before = served();
    const again = await asked(service, 'wrong', 'full');
    assert.deepEqual([again.status, again.json.endedAt], [422, first.json.endedAt]);
    const other = await asked(service, 'right', 'other');
    assert.equal(other.status, 503);
    assert.match(other.json.summary!, /^verdicts cannot be written at the moment/);
    assert.doesNotMatch(other.text, /EISDIR|\/tmp/);
    assert.equal(served(), before);
    assert.ok(await metric(service, 'splitproof_verdicts_unsaved 1'));
    assert.match(service.log(), /^\S+Z verdict-unsaved [^\n]*scenario=wrong [^\n]*EISDIR[^\n]*$/m);
    await rmdir(blocking);
    assert.equal((await asked(service, 'right', 'other')).status, 200);
    assert.ok(await metric(service, 'splitproof_verdicts_unsaved 0'));
    assert.ok((await readdir(state)).includes(`${idOf(key)}.json`));
  });

  it('answers nothing of a verdict that has come to harm, and everything else', async () => {
    const id = idOf({ scenario: 'right', revision: 'harmed', step: '1' });
    await writeFile(path.join(state, `${id}.json`), '{"schema":"splitproof/ga');
    const service = await started();
    assert.match(service.log(), /Z verdict-unreadable problem=[^\n]*mend it, or remove it/);
    for (const answer of [
      await asked(service, 'right', 'harmed'),
      await ask(service, 'GET', `/v1/runs/${id}`),
    ]) {
      assert.equal(answer.status, 424);
      assert.match(
        answer.json.error!,
        /^nothing can be judged: the service cannot read what it has kept/,
      );
    }
    const { status, json } = await asked(service, 'right', 'whole');
    assert.equal(status, 200);
    await writeFile(path.join(state, `${json.id!}.record.json`), '{"schema":');
    for (const end of ['', '/report.md']) {
      const answer = await ask(service, 'GET', `${json.location!}${end}`);
      assert.deepEqual([answer.status, typeof answer.json.error], [424, 'string']);
    }
    assert.equal((await asked(service, 'right', 'whole')).status, 200);
  });

  it('shows no password of a cluster that it cannot read', async () => {
    const kubeconfig = path.join(state, 'kubeconfig');
    const named = (name: string, more: object) => [{ name, ...more }];
    const config = {
      'current-context': 'a',
      contexts: named('a', { context: { cluster: 'c', user: 'u' } }),
      clusters: named('c', { cluster: { server: 'https://bob:of-bob-alone@127.0.0.1:1' } }),
      users: named('u', { user: {} }),
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    const scenario = ['call: helloworld.Greeter/SayHello', 'plaintext: true', 'kube: true'];
    const text = [`target: ${mesh.address}`, ...scenario, ''].join('\n');
    gate = await startGateService(state, { 'scenarios/blind.yaml': text }, '', {
      KUBECONFIG: kubeconfig,
    });
    const service = gate;
    // Read by the gate itself, and by a run of it.
    for (const step of [undefined, '1']) {
      const body = { revision: 'one', ...(step === undefined ? {} : { step }) };
      const answer = await ask(service, 'POST', `/v1/runs/blind?${WAIT}`, { body });
      assert.equal(answer.status, 424);
      assert.match(answer.json.summary!, /the API server https:\/\/\*{3}@127\.0\.0\.1:1 cannot be/);
      assert.doesNotMatch(answer.text + service.log(), /of-bob-alone/);
    }
  });

  it('ends where its folder of verdicts is taken from it', async () => {
    const service = await started();
    await rm(state, { recursive: true });
    assert.equal(await endOf(service), 2);
    assert.match(service.log(), /\nsplitproof: [^\n]*: state: it is gone[^\n]*\n$/);
  });
});

describe('bounds of a gate', () => {
  let mesh: Awaited<ReturnType<typeof startGreeterMesh>>;
  let state: string;
  let gate: GateService;
  before(async () => {
    mesh = await startGreeterMesh();
    state = await mkdtemp(path.join(tmpdir(), 'splitproof-state-'));
    gate = await startGateService(
      state,
      {
        'scenarios/slow.yaml': greeterScenario(
          mesh.address,
          'v1=60,v2=40',
          'requests: 4800\nrps: 40',
        ),
      },
      'queue: 1\nmax-wait: 1s\nrun-timeout: 4s\nconnections: 4\n',
    );
  });
  after(async () => {
    await gate.stop();
    await mesh.close();
    await rm(state, { recursive: true });
  });

  it('are its longest wait, its queue, and how long a run may take', async () => {
    const asked = (revision: string, query = '') =>
      ask(gate, 'POST', `/v1/runs/slow${query}`, { body: { revision, step: '1' } });
    const first = await asked('first', '?wait=1h');
    assert.deepEqual([first.status, first.json.state], [202, 'running']);
    assert.deepEqual((await asked('second')).json.state, 'queued');
    const third = await asked('third');
    assert.deepEqual([third.status, third.headers['retry-after']], [503, '5']);
    assert.match(third.json.summary!, /^1 runs wait already/);
    const deadline = Date.now() + PATIENCE_MS;
    let ended = first;
    while (ended.json.state !== 'done' && Date.now() < deadline) {
      ended = await asked('first', '?wait=1s');
      if (ended.json.exitCode !== null) break;
    }
    assert.deepEqual([ended.status, ended.json.verdict, ended.json.exitCode], [424, null, 143]);
    assert.match(ended.json.summary!, /longer than run-timeout allows, 4 s$/);
  });

  it('are how many connections are open at a time', async () => {
    const answered = (socket: Socket): Promise<boolean> =>
      new Promise((resolve) => {
        socket.once('data', () => {
          resolve(true);
        });
        socket.once('close', () => {
          resolve(false);
        });
        socket.on('error', () => undefined);
        socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
      });
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const sockets = Array.from({ length: 6 }, () => connect(gate.port, '127.0.0.1'));
      const answers = await Promise.all(sockets.map(answered));
      for (const socket of sockets) socket.destroy();
      const taken = answers.filter(Boolean).length;
      assert.ok(taken <= 4);
      // Those of the test before may still be closing.
      if (taken === 4) break;
      assert.ok(Date.now() < deadline, `${taken} of 4 were taken`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    while (!(await ask(gate, 'GET', '/healthz').catch(() => null))) {
      assert.ok(Date.now() < deadline);
    }
  });
});

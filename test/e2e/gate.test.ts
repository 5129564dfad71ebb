import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readRecord } from '../../src/record/read-record.js';
import type { RunRecord } from '../../src/record/run-record.js';
import {
  ask,
  type GateService,
  greeterScenario,
  startGateService,
} from '../fixtures/gate-service.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';

/** Longer than any of these runs takes. */
const WAIT = 'wait=50s';
/** All that stands in a folder of verdicts. */
const KEPT = /^(?:[0-9a-f]{32}(?:\.record)?\.json|gate\.lock)$/;
const NOBODY_LISTENS = '127.0.0.1:1';

describe('splitproof gate', () => {
  let mesh: Awaited<ReturnType<typeof startGreeterMesh>>;
  let state: string;
  let gate: GateService;
  const files = (): Record<string, string> => ({
    'scenarios/right.yaml': greeterScenario(mesh.address, 'v1=60,v2=40'),
    'scenarios/steps.yaml': greeterScenario(mesh.address, 'v1=60,v2=40'),
    'scenarios/few.yaml': greeterScenario(mesh.address, 'v1=60,v2=40', 'requests: 100'),
    'scenarios/gone.yaml': greeterScenario(NOBODY_LISTENS, 'v1=60,v2=40'),
    // Far more than the 120 answers are needed that each run gets.
    'scenarios/growing.yaml': greeterScenario(
      mesh.address,
      'v1=60,v2=40',
      'sequential: true\nrps: 400\nduration: 300ms',
    ),
    'scenarios/capped.yaml': greeterScenario(
      mesh.address,
      'v1=60,v2=40',
      'sequential: true\nrequests: 100',
    ),
    'scenarios/slow.yaml': greeterScenario(mesh.address, 'v1=60,v2=40', 'requests: 100\nrps: 40'),
    'notes.txt': 'nobody reads this',
  });
  before(async () => {
    mesh = await startGreeterMesh();
    state = await mkdtemp(path.join(tmpdir(), 'splitproof-state-'));
    gate = await startGateService(state, files());
  });
  after(async () => {
    await gate.stop();
    await mesh.close();
    await rm(state, { recursive: true });
  });
  const asked = (name: string, body: object, query = WAIT) =>
    ask(gate, 'POST', `/v1/runs/${name}?${query}`, { body });
  const served = () => Object.values(mesh.served()).reduce((sum, n) => sum + n, 0);

  it('answers a pass, and its record in every format', async () => {
    const { status, json } = await asked('right', { revision: 'one', labels: { pipeline: '7' } });
    assert.equal(status, 200);
    assert.deepEqual(
      [json.state, json.verdict, json.exitCode, json.labels],
      ['done', 'pass', 0, { pipeline: '7' }],
    );
    const whole = await ask(gate, 'GET', json.location!);
    const { record } = whole.json as { record: RunRecord };
    assert.equal(readRecord(JSON.stringify(record), 'record').record.verdict, 'pass');
    const { step = '' } = json;
    assert.deepEqual(record.labels, { pipeline: '7', scenario: 'right', revision: 'one', step });
    const types = {
      json: /json/,
      md: /markdown/,
      html: /html/,
      xml: /xml/,
      sarif: /json/,
      txt: /plain/,
    };
    for (const [extension, type] of Object.entries(types)) {
      const report = await ask(gate, 'GET', `${json.location!}/report.${extension}`);
      assert.equal(report.status, 200, extension);
      assert.match(String(report.headers['content-type']), type);
      assert.ok(report.text.length > 100);
    }
  });

  it('answers a fail to every repetition, whatever has been mended, until there is a new revision', async () => {
    mesh.setWeights({ v1: 80, v2: 20 });
    const first = await asked('steps', { revision: 'bad' });
    assert.deepEqual([first.status, first.json.verdict, first.json.exitCode], [422, 'fail', 1]);
    mesh.setWeights({ v1: 60, v2: 40 });
    const before = served();
    for (let time = 0; time < 10; time++) {
      const again = await asked('steps', { revision: 'bad' });
      assert.deepEqual([again.status, again.json.verdict], [422, 'fail']);
      assert.equal(again.json.endedAt, first.json.endedAt);
    }
    assert.equal(served(), before, 'nothing was sent');
    assert.equal((await asked('steps', { revision: 'mended' })).json.verdict, 'pass');
    assert.equal((await asked('steps', { revision: 'bad', step: 2 })).json.verdict, 'pass');
    assert.equal((await asked('steps', { revision: 'bad' })).json.verdict, 'fail');
  });

  it('forgets no fail with a restart', async () => {
    await gate.stop();
    gate = await startGateService(state, files());
    const before = served();
    const { status, json } = await asked('steps', { revision: 'bad' });
    assert.deepEqual([status, json.verdict], [422, 'fail']);
    assert.equal(served(), before);
    const whole = await ask(gate, 'GET', json.location!);
    assert.equal((whole.json as { record: RunRecord }).record.verdict, 'fail');
  });

  it('takes new weights for a new step, where it is not told its own', async () => {
    const file = path.join(gate.folder, 'scenarios/steps.yaml');
    const first = await asked('steps', { revision: 'walk' });
    mesh.setWeights({ v1: 30, v2: 70 });
    await writeFile(file, greeterScenario(mesh.address, 'v1=30,v2=70'));
    const second = await asked('steps', { revision: 'walk' });
    mesh.setWeights({ v1: 60, v2: 40 });
    await writeFile(file, greeterScenario(mesh.address, 'v1=60,v2=40'));
    assert.deepEqual(
      [first.json.verdict, second.json.verdict],
      ['pass', 'pass'],
      second.json.summary,
    );
    assert.notEqual(first.json.step, second.json.step);
  });

  it('judges a sample of a fixed size once, and says that it was inconclusive from then on', async () => {
    const first = await asked('few', { revision: 'one' });
    assert.deepEqual(
      [first.status, first.json.verdict, first.json.exitCode],
      [409, 'inconclusive', 3],
    );
    const before = served();
    assert.equal((await asked('few', { revision: 'one' })).json.verdict, 'inconclusive');
    assert.equal(served(), before);
    assert.equal(
      (await asked('few', { revision: 'one' }, `${WAIT}&inconclusive=pass`)).status,
      200,
    );
    assert.equal(
      (await asked('few', { revision: 'one' }, `${WAIT}&inconclusive=fail`)).status,
      422,
    );
  });

  const isOpen = (summary: string): boolean => summary.startsWith('inconclusive');
  it('continues a sequential sample until it is enough', async () => {
    const verdicts: string[] = [];
    let samples = 0;
    for (let time = 0; time < 40 && isOpen(verdicts.at(-1) ?? 'inconclusive'); time++) {
      const { json } = await asked('growing', { revision: 'one' });
      verdicts.push(json.summary!);
      samples = json.samples ?? 0;
    }
    assert.match(verdicts.at(-1) ?? '', /^pass/, verdicts.join('\n'));
    assert.ok(isOpen(verdicts[0] ?? ''));
    assert.equal(samples, verdicts.length);
    const { json } = await asked('growing', { revision: 'one' });
    const { record } = (await ask(gate, 'GET', json.location!)).json as { record: RunRecord };
    assert.ok(record.load.sent > 120, 'the samples were joined');
    assert.equal(record.runId.split('+').length, samples);
    assert.equal(record.labels.revision, 'one');
  });

  it('continues it up to its cap, and no further', async () => {
    const first = await asked('capped', { revision: 'one' });
    assert.equal(first.json.verdict, 'inconclusive');
    const before = served();
    const second = await asked('capped', { revision: 'one' });
    assert.deepEqual([second.json.verdict, second.json.samples], ['inconclusive', 1]);
    assert.equal(served(), before);
  });

  it('asks an unreachable target again: nothing was judged', async () => {
    for (let time = 0; time < 2; time++) {
      const { status, json } = await asked('gone', { revision: 'one' });
      assert.deepEqual([status, json.verdict, json.exitCode], [424, null, 4]);
      assert.match(json.summary!, /nothing was judged: Nothing listens at the target/);
      assert.equal((await ask(gate, 'GET', json.location!)).json.exitCode, 4);
    }
    const metrics = await ask(gate, 'GET', '/metrics');
    assert.match(metrics.text, /^splitproof_runs_total\{scenario="gone",result="unjudged"\} 2$/m);
  });

  it('answers 202 where nobody waits, and the verdict at its location later', async () => {
    const { status, json, headers } = await asked('right', { revision: 'later' }, '');
    assert.deepEqual([status, headers.location], [202, json.location]);
    const second = await ask(gate, 'POST', '/v1/runs/right', {
      body: { revision: 'later' },
      headers: { prefer: 'respond-async, wait=50' },
    });
    assert.deepEqual([second.status, second.json.id], [200, json.id]);
    assert.equal((await ask(gate, 'GET', json.location!)).json.verdict, 'pass');
  });

  it("takes Flagger's payload, and never says 202 to it", async () => {
    const payload = {
      name: 'podinfo',
      namespace: 'test',
      phase: 'Progressing',
      checksum: '85d557f47b',
      metadata: { cmd: 'ignored', url: 'http://127.0.0.1:1/' },
    };
    const early = await asked('right', payload, 'wait=0s');
    assert.equal(early.status, 425);
    const lenient = await asked('right', payload, 'wait=0s&inconclusive=pass');
    assert.ok([200, 202].includes(lenient.status));
    const { status, json } = await asked('right', payload);
    assert.deepEqual([status, json.revision], [200, 'test/podinfo/85d557f47b']);
  });

  it("answers 200 to every verdict for Argo's provider, and an error to what is none", async () => {
    const verdictOf = async (name: string, revision: string) => {
      const { status, json } = await ask(
        gate,
        'GET',
        `/v1/verdicts/${name}?revision=${revision}&${WAIT}`,
      );
      return [status, json.verdict];
    };
    assert.deepEqual(await verdictOf('steps', 'bad'), [200, 'fail']);
    assert.deepEqual(await verdictOf('right', 'one'), [200, 'pass']);
    assert.deepEqual(await verdictOf('few', 'one'), [200, 'inconclusive']);
    assert.deepEqual(await verdictOf('gone', 'one'), [424, null]);
    const early = await ask(gate, 'POST', '/v1/verdicts/right?wait=0s', {
      body: { revision: 'new' },
    });
    assert.equal(early.status, 503);
    assert.ok(early.headers['retry-after']);
  });

  it('lets nobody out of its folder', async () => {
    const names = [
      '../notes.txt',
      '..%2fnotes.txt',
      '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      'right.yaml',
      '%00',
      '__proto__',
      'constructor',
    ];
    for (const name of names) {
      const answer = await ask(gate, 'POST', `/v1/runs/${name}`, { body: { revision: 'x' } });
      // A slash makes it the path of a report.
      assert.equal(answer.status, name.includes('/') ? 405 : 404, name);
    }
    const verdict = (await readdir(state)).find((name) => name.endsWith('.json')) ?? '';
    for (const where of [
      '/v1/runs/..%2f..%2fetc%2fpasswd',
      `/v1/runs/${verdict}`,
      '/v1/runs/..%2fgate/report.json',
      '/v1/runs/x/..%2f..%2fgate.yaml',
      '/v1/runs/x/report.yaml',
    ]) {
      const { status, text } = await ask(gate, 'GET', where);
      assert.equal(status, 404, where);
      assert.doesNotMatch(text, /root:|state:/);
    }
    // Neither did a revision become the name of a file.
    await asked('right', { revision: '../../../tmp/escape' });
    for (const name of await readdir(state)) assert.match(name, KEPT);
  });

  /** Has a run go on, and another one wait for it. */
  async function oneRunsOneWaits(revision: string) {
    const running = asked('slow', { revision });
    while (!(await metric('splitproof_runs_running 1')));
    const waiting = asked('right', { revision });
    while (!(await metric('splitproof_runs_waiting 1')));
    return { running, waiting };
  }
  const metric = async (line: string) => {
    return (await ask(gate, 'GET', '/metrics')).text.split('\n').includes(line);
  };

  it('ends in order: the run that goes on ends, and all who wait are answered', async () => {
    const { running, waiting } = await oneRunsOneWaits('end');
    process.kill(gate.pid, 'SIGTERM');
    assert.deepEqual([(await waiting).status, (await waiting).json.verdict], [503, null]);
    const { status, json } = await running;
    assert.deepEqual([status, json.verdict], [409, 'inconclusive']);
    assert.ok((await readdir(state)).includes(`${json.id!}.json`));
    await gate.stop();
    assert.match(gate.log(), /Z ending\n/);
  });

  it('interrupts a run that takes longer than the time of grace, and keeps no verdict of it', async () => {
    gate = await startGateService(state, files(), 'grace: 10ms\n');
    const { running } = await oneRunsOneWaits('hasty');
    process.kill(gate.pid, 'SIGTERM');
    const { status, json } = await running;
    assert.deepEqual([status, json.verdict, json.exitCode], [424, null, 143]);
    assert.ok(!(await readdir(state)).includes(`${json.id!}.json`));
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { listenHttp } from '../../src/mesh/http-server.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { randomDraws } from '../../src/mesh/random.js';
import { weightedSplit } from '../../src/mesh/weighted-split.js';
import { readRecord } from '../../src/record/read-record.js';
import { verify } from '../../src/run/verify.js';
import type { SettingsInput } from '../../src/scenario/schema.js';
import {
  ACROSS_CHANGE,
  acrossChange,
  assertAccount,
  assertNear,
  assertReadAgain,
  codesOf,
  FROM,
  type SeenChange,
  TO,
  total,
  WITHIN_MS,
} from '../fixtures/across-change.js';
import { splitproof } from '../fixtures/command.js';
import { startFaultyLink } from '../fixtures/faulty-link.js';
import { type Envoy } from '../fixtures/envoy.js';
import { startXdsEnvoy } from '../fixtures/xds-envoy.js';
import { ECHO_HOST, startXdsMesh, type XdsMesh } from '../fixtures/xds-mesh.js';

const SLOW = { timeout: 120_000 };

const SETTINGS = ACROSS_CHANGE;
const GREETER: SettingsInput = { ...SETTINGS, call: 'helloworld.Greeter/SayHello' };

function assertMoment({ outcome, moment }: SeenChange, changedAtMs: number): void {
  assert.equal(outcome, 'found');
  assertNear(moment?.at ?? null, changedAtMs);
}

async function startGreeter(weights: Readonly<Record<'v1' | 'v2', number>>): Promise<Mesh> {
  return await startMesh({
    service: 'greeter',
    versions: (['v1', 'v2'] as const).map((name) => {
      return { name, weight: weights[name], pods: podNames('greeter', name) };
    }),
  });
}

describe('a change of weights in the real Envoy', () => {
  let mesh: XdsMesh;
  let envoy: Envoy;
  before(async () => {
    mesh = await startXdsMesh(FROM);
    envoy = await startXdsEnvoy(mesh.plane.address);
  });
  after(async () => {
    await envoy.stop();
    await mesh.close();
  });

  it(
    'is found within a second, by two threads, and no request is unaccounted for',
    SLOW,
    async () => {
      const already = total(mesh.pods.served());
      const { record, seen, changedAtMs } = await acrossChange(
        {
          ...SETTINGS,
          ...{ target: envoy.address, call: 'proto.EchoTestService/Echo', authority: ECHO_HOST },
          ...{ data: { message: 'hi' }, workers: 2 },
        },
        () => {
          mesh.setWeights(TO);
        },
      );
      assertMoment(seen, changedAtMs);
      assertAccount(record, seen);
      assert.equal(total(mesh.pods.served()) - already, record.load.sent);
      assert.equal(record.load.ok, record.load.sent);
      assert.notEqual(seen.before?.verdict, 'fail');
      assert.notEqual(seen.after?.verdict, 'fail');
      assert.equal(record.stopped?.code, 'settled');
    },
  );
});

describe('a change of weights', () => {
  it('is found over plain HTTP', SLOW, async () => {
    const split = weightedSplit(FROM, randomDraws());
    let served = 0;
    const server = await listenHttp({}, () => {
      served += 1;
      return { status: 200, headers: { 'x-pod': `shop-${split.pick()}-abc` }, body: 'ok' };
    });
    try {
      const { record, seen, changedAtMs } = await acrossChange(
        {
          ...SETTINGS,
          ...{ plaintext: undefined, target: `http://127.0.0.1:${server.port}/` },
          identity: 'header:x-pod',
        },
        () => {
          split.setWeights(TO);
        },
      );
      assertMoment(seen, changedAtMs);
      assertAccount(record, seen);
      assert.equal(served, record.load.sent);
    } finally {
      await server.close();
    }
  });

  it('that drops connections shows errors with their time', SLOW, async () => {
    const [old, next] = [await startGreeter(FROM), await startGreeter(TO)];
    // So that some are on their way at any time.
    for (const mesh of [old, next]) mesh.setFault('v1', { kind: 'delay', delayMs: 30 });
    const link = await startFaultyLink(old.address);
    try {
      const { record, seen, changedAtMs } = await acrossChange(
        { ...GREETER, target: link.address },
        () => {
          link.leadTo(next.address);
        },
      );
      assertMoment(seen, changedAtMs);
      assertAccount(record, seen);
      // What was on its way when its connection was reset may not have come to a pod.
      const served = total(old.served()) + total(next.served());
      assert.ok(served >= record.load.ok && served <= record.load.sent, String(served));
      const { failures } = seen;
      assert.ok(failures.length > 0, 'nothing failed');
      assert.equal(
        failures.reduce((sum, { count }) => sum + count, 0),
        record.load.failed,
      );
      for (const { from, to, status } of failures) {
        assert.equal(status, 'UNAVAILABLE');
        assert.ok(
          Date.parse(to) > changedAtMs - WITHIN_MS && Date.parse(from) < changedAtMs + WITHIN_MS,
        );
      }
      assert.ok(codesOf(record).includes('errors-in-change'));
      await assertReadAgain(record);
    } finally {
      link.close();
      await old.close();
      await next.close();
    }
  });

  it('to other weights than the new ones fails', SLOW, async () => {
    const mesh = await startGreeter(FROM);
    setTimeout(() => {
      mesh.setWeights({ v1: 20, v2: 80 });
    }, 2000);
    const record = await verify({ ...GREETER, target: mesh.address, 'across-change': '5s' });
    await mesh.close();
    assert.equal(record.verdict, 'fail');
    assert.equal(record.calls[0]?.change?.after?.verdict, 'fail');
    assert.ok(record.reasons[0]?.text.startsWith('After the change, '), record.reasons[0]?.text);
  });

  it('that does not come is named', SLOW, async () => {
    const mesh = await startGreeter(FROM);
    const record = await verify({ ...GREETER, target: mesh.address, 'across-change': '2s' });
    await mesh.close();
    assert.equal(record.verdict, 'fail');
    assert.equal(record.reasons[0]?.code, 'change-not-seen');
    assert.ok(codesOf(record).includes('change-not-seen'));
    await assertReadAgain(record);
    const forged = structuredClone(record);
    forged.calls[0]!.change!.before!.ok += 1;
    assert.throws(
      () => readRecord(JSON.stringify(forged), 'run.json'),
      /^InputError: run\.json: calls\[0\]\.change: it has \d+ ok, and \d+ were counted$/,
    );
  });

  it('that was over before is named, and nothing is passed', SLOW, async () => {
    const mesh = await startGreeter(TO);
    const record = await verify({ ...GREETER, target: mesh.address, 'across-change': '2s' });
    await mesh.close();
    assert.equal(record.verdict, 'inconclusive');
    assert.equal(record.reasons[0]?.code, 'change-not-seen');
  });
});

describe('verify --across-change', () => {
  const asked = [
    'verify',
    '--across-change',
    '5s',
    '--plaintext',
    ':1',
    'helloworld.Greeter/SayHello',
  ];
  const cases: [words: string[], said: RegExp][] = [
    [['--weights', 'v1=50,v2=50'], /--across-change: say what was served before: --previous/],
    [
      ['--weights', 'v1=5,v2=5', '--previous', 'v1=1,v2=1'],
      /the previous weights are the new ones/,
    ],
    [['--weights', 'v1=5,v2=5', '--previous', 'v1=0,v2=0'], /--previous: .*0/],
    [['--weights', 'v1=5,v2=5', '--previous', 'v1=9,v2=1', '-n', '100'], /drop --requests/],
    [['--weights', 'v1=5,v2=5', '--previous', 'v1=9,v2=1', '--sequential'], /drop --sequential/],
    [['--weights', 'v1=5,v2=5', '--previous', 'v1=9,v2=1', '--tolerance', '0'], /--tolerance: /],
  ];
  for (const [words, said] of cases) {
    it(`refuses ${words.join(' ')} in one line`, async () => {
      const { status, stderr } = await splitproof([...asked, ...words]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, said);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    });
  }
});

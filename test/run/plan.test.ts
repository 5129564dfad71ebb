import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { renderPlan } from '../../src/report/console/plan.js';
import type { PlannedSplitReport, PlanReport } from '../../src/report/plan.js';
import { requestsBeyondAborts } from '../../src/expect/injected-aborts.js';
import { plan as planReport } from '../../src/run/plan.js';
import { planQuestion } from '../../src/scenario/plan-question.js';
import type { Settings } from '../../src/scenario/schema.js';
import { ROOT } from '../fixtures/command.js';

function plan(settings: Settings): Promise<PlanReport> {
  return planReport(planQuestion(settings));
}

async function split(settings: Settings): Promise<PlannedSplitReport> {
  return (await plan(settings)).splits[0]!;
}

/** `60/40` as `--weights` takes it. */
function weights(text: string): string {
  return text
    .split('/')
    .map((weight, index) => `v${index + 1}=${weight}`)
    .join(',');
}

describe('how many requests a verdict needs', () => {
  // Simulated runs of the decision pass as often: test/expect/split/verdict/time-models.test.ts.
  const sizes: [string, number, number][] = [
    ['60/40', 3313, 0.99001],
    ['90/10', 1406, 0.99016],
    ['99/1', 15_971, 0.99025],
    ['20/80', 2266, 0.99012],
    ['10/40/50', 3524, 0.99009],
    ['1/1/1/1/1', 2596, 0.99],
  ];
  for (const [text, requests, power] of sizes) {
    it(`${text}: ${requests}`, async () => {
      const { needed, capacity } = await split({ weights: weights(text), requests });
      assert.equal(needed[0]?.requests, requests);
      assert.ok(Math.abs(needed[0].power! - power) < 5e-5);
      assert.equal(capacity?.power, needed[0].power);
    });
  }

  it('more where the route aborts a part on purpose, as the run itself will send', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-plan-'));
    try {
      const greeter = path.join(ROOT, 'scenarios/asm-greeter');
      const fault =
        '$1fault: {abort: {percentage: {value: 10}, grpcStatus: UNAVAILABLE}}\n$1route:';
      const text = readFileSync(path.join(greeter, 'virtual-service-60-40.yaml'), 'utf8');
      writeFileSync(path.join(folder, 'vs.yaml'), text.replace(/^( *)route:$/m, fault));
      const { needed, capacity } = await split({
        manifest: [
          ...['app', 'gateway', 'destination-rule'].map((name) => `${greeter}/${name}.yaml`),
          path.join(folder, 'vs.yaml'),
        ],
        call: 'helloworld.Greeter/SayHello',
        plaintext: true,
        requests: 1000,
      });
      assert.equal(
        needed[0]?.requests,
        requestsBeyondAborts(3313, { share: 0.1, description: '' }),
      );
      const { capacity: ofNineTenths } = await split({ weights: weights('60/40'), requests: 900 });
      assert.equal(capacity?.power, ofNineTenths?.power);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('the canary steps, when no weights are given', async () => {
    const { splits } = await plan({});
    assert.deepEqual(
      splits.map(({ name, needed }) => [name, needed[0]?.requests]),
      [
        ['canary 1 %', 15_971],
        ['canary 5 %', 3028],
        ['canary 10 %', 1406],
        ['canary 25 %', 2625],
        ['canary 50 %', 3449],
        ['canary 100 %', 688],
      ],
    );
  });

  // A share of 0.01 of the requests shared by several calls: each is planned at a higher power.
  for (const [power, requests] of [
    [0.995, 3629],
    [0.998, 4061],
    [0.999, 4404],
  ] as const) {
    it(`60/40 at power ${power}: ${requests}`, async () => {
      const { needed } = await split({ weights: 'v1=60,v2=40', power });
      assert.equal(needed[0]?.requests, requests);
    });
  }

  it('grows with what goes missing, until no number is enough', async () => {
    // The published figures are those of the sums alone; looking at connections and blocks takes a tenth more.
    const near = (text: string, expected: (number | null)[]): Promise<void> =>
      split({ weights: weights(text) }).then(({ needed }) => {
        assert.deepEqual(
          needed.map(({ missingRate }) => missingRate),
          [0, 0.0025, 0.005, 0.01],
        );
        needed.slice(1).forEach(({ requests }, index) => {
          const wanted = expected[index] ?? null;
          if (wanted === null) assert.equal(requests, null);
          else assert.ok(requests! > wanted && requests! < 1.12 * wanted, `${text}: ${requests}`);
        });
      });
    await near('60/40', [3261, 3435, 3858]);
    await near('90/10', [1443, 1568, 1956]);
    await near('99/1', [57_900, null, null]);
  });

  it('follows the tolerance, and the error rate that is allowed', async () => {
    const narrow = await split({ weights: 'v1=60,v2=40', tolerance: '2pp', 'max-error-rate': '0' });
    assert.ok(narrow.needed[0]!.requests! > 5 * 3313);
    assert.equal(narrow.needed.length, 1);
    assert.deepEqual(
      narrow.destinations.map(({ tolerance }) => tolerance),
      [0.02, 0.02],
    );
  });

  it('of a scenario is that of the route its call takes', async () => {
    const report = await plan({
      manifest: ['gateway', 'destination-rule', 'virtual-service-60-40'].map((name) =>
        path.join(ROOT, `scenarios/asm-greeter/${name}.yaml`),
      ),
      call: 'helloworld.Greeter/SayHello',
    });
    assert.equal(report.route?.rule, 'http[0]');
    assert.equal(report.splits[0]?.needed[0]?.requests, 3313);
  });
});

describe('the steps of a roll-out, and the gateways', () => {
  it('each step is planned so that all of them pass together', async () => {
    const { splits, steps, rule } = await planReport(planQuestion({}, { steps: 10 }));
    assert.deepEqual([steps, rule.power], [10, 0.99]);
    const [{ needed }] = (await plan({ power: 0.999 })).splits.filter(
      ({ name }) => name === 'canary 10 %',
    ) as [PlannedSplitReport];
    const step = splits.find(({ name }) => name === 'canary 10 %')!;
    assert.deepEqual(step.needed, needed);
    assert.ok(step.needed[0]!.power! >= 0.999);
  });
  it('connections are said to reach gateways, on a condition', async () => {
    const report = await planReport(planQuestion({ connections: 64 }, { gateways: 8 }));
    assert.equal(report.gateways?.each, 8);
    assert.ok(Math.abs(report.missable - 0.1023) < 1e-4);
    const text = renderPlan(report, { width: 80, colour: false });
    assert.match(text, /up to 10\.2 % of the gateways/);
    assert.match(text.replace(/\s+/g, ' '), /each is then reached by 8 connections on average/);
    assert.match(text.replace(/\s+/g, ' '), /a client cannot see whether it does/);
  });
});

describe('what a number of requests can tell', () => {
  it('the smallest tolerance it can show is one it shows, and a little less is not', async () => {
    for (const requests of [1000, 3089, 20_000]) {
      const { capacity } = await split({ weights: 'v1=60,v2=40', requests });
      const points = capacity!.provableTolerance! * 100;
      const at = async (tolerance: number): Promise<number> =>
        (await split({ weights: 'v1=60,v2=40', requests, tolerance: `${tolerance}pp` })).capacity!
          .power;
      assert.ok((await at(Number(points.toFixed(2)))) >= 0.99);
      assert.ok((await at(Number((points - 0.01).toFixed(2)))) < 0.99);
    }
  });

  it('at the planned size that is the tolerance planned for', async () => {
    const { capacity } = await split({ weights: 'v1=60,v2=40', requests: 3313 });
    assert.equal(capacity!.provableTolerance, 0.05);
  });

  it('detects less with less, and too few show nothing', async () => {
    const few = (await split({ weights: 'v1=60,v2=40', requests: 300 })).capacity!;
    const many = (await split({ weights: 'v1=60,v2=40', requests: 30_000 })).capacity!;
    assert.ok(few.detectable[0]!.above! > many.detectable[0]!.above!);
    assert.ok(many.detectable[0]!.above! > 0.05);
    const canary = (await split({ weights: 'v1=99,v2=1', requests: 100 })).capacity!;
    assert.equal(canary.provableTolerance, null);
    assert.equal(canary.detectable[1]!.below, null);
  });

  it('bounds leaks where a weight is 0', async () => {
    const { capacity } = await split({ weights: 'v1=100,v2=0', requests: 688 });
    assert.ok(capacity!.leakBound! <= 0.01 && capacity!.leakBound! > 0.0099);
    assert.equal(capacity!.provableTolerance, null);
    assert.equal(
      (await split({ weights: 'v1=60,v2=40', requests: 688 })).capacity!.leakBound,
      null,
    );
  });
});

describe('the console plan', () => {
  it('fits 80 columns, and 60', async () => {
    const asked: Settings[] = [
      {},
      { requests: 1_000_000 },
      { weights: `${'n'.repeat(90)}=60,v2=40`, requests: 1000 },
      { weights: 'v1=100,v2=0', requests: 1000 },
      { weights: 'v1=100' },
    ];
    for (const settings of asked) {
      for (const width of [80, 60]) {
        const text = renderPlan(await plan(settings), { width, colour: false });
        for (const line of text.split('\n')) assert.ok(line.length <= width, line);
        assert.ok(!/NaN|null|undefined|Infinity/.test(text), text);
      }
    }
  });
});

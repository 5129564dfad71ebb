import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { renderConsole } from '../../src/report/console/console.js';
import { renderExplanation } from '../../src/report/console/explanation.js';
import { renderPlan } from '../../src/report/console/plan.js';
import { renderRoutes } from '../../src/report/console/routes.js';
import type { Style } from '../../src/report/style.js';
import { displayWidth } from '../../src/report/text-width.js';
import { explain } from '../../src/run/explain.js';
import { listRoutes } from '../../src/run/list-routes.js';
import { plan } from '../../src/run/plan.js';
import { listQuestion } from '../../src/scenario/list-question.js';
import { planQuestion } from '../../src/scenario/plan-question.js';
import { routeQuestion } from '../../src/scenario/route-question.js';
import { GOLDEN_RUNS, goldenRecord } from './golden-runs.js';

const WIDTHS = [40, 60, 80, 120];
/** Wide, combining and joined characters, which take more or fewer columns than they have. */
const ODD_NAMES = ['評価サービスの第一版', 'é́́-👩‍👩‍👧‍👧-🇩🇪-v2'];

/** Holds that no line of a report is wider than there is room. */
function assertFits(render: (style: Style) => string): void {
  for (const width of WIDTHS) {
    const lines = render({ width, colour: false }).split('\n');
    const tooWide = lines.filter((line) => displayWidth(line) > width);
    assert.deepEqual(tooWide, [], `wider than ${width} columns`);
  }
}

/** A record whose destinations and pods have names that are harder to lay out. */
function oddlyNamed(record: RunRecord): RunRecord {
  const text = JSON.stringify(record);
  return JSON.parse(
    text
      .replaceAll('"v1"', JSON.stringify(ODD_NAMES[0]))
      .replaceAll('"v2"', JSON.stringify(ODD_NAMES[1])),
  ) as RunRecord;
}

describe('the width of reports', () => {
  for (const name of GOLDEN_RUNS) {
    it(`is kept by ${name}`, async () => {
      const record = await goldenRecord(name);
      assertFits((style) => renderConsole(record, style));
      assertFits((style) => renderConsole(oddlyNamed(record), style));
    });
  }

  const GREETER = ['virtual-service-60-40', 'destination-rule', 'gateway'].map(
    (name) => `scenarios/asm-greeter/${name}.yaml`,
  );
  it('is kept by the routes of manifests', async () => {
    for (const manifest of [GREETER, ['scenarios/bookinfo']]) {
      const report = await listRoutes(listQuestion({ manifest }));
      assertFits((style) => renderRoutes(report, style));
    }
  });

  it('is kept by the explanation of a route', async () => {
    const report = await explain(
      routeQuestion({
        manifest: GREETER,
        target: '127.0.0.1:8080',
        plaintext: true,
        call: 'helloworld.Greeter/SayHello',
      }),
    );
    assertFits((style) => renderExplanation(report, style));
  });

  it('is kept by plans', async () => {
    for (const settings of [
      {},
      { weights: 'v1=60,v2=40' },
      { weights: 'v1=60,v2=40', requests: 1000 },
      { weights: `${'a-long-name-of-a-subset'.repeat(3)}=60,v2=40,v3=0` },
    ]) {
      const report = await plan(planQuestion(settings, {}));
      assertFits((style) => renderPlan(report, style));
    }
  });
});

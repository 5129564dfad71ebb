import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { CALL_SCHEMA, type CallReport } from '../../src/report/call.js';
import { renderCall } from '../../src/report/console/call.js';
import { renderConsole, renderVerdict } from '../../src/report/console/console.js';
import { renderExplanation } from '../../src/report/console/explanation.js';
import { renderPlan } from '../../src/report/console/plan.js';
import { renderRoutes } from '../../src/report/console/routes.js';
import { renderSummary } from '../../src/report/console/summary.js';
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

const ANSWER: NonNullable<CallReport['answer']> = {
  headers: [],
  trailers: [['grpc-status', '13']],
  details: [{ type: 'google.rpc.ErrorInfo', value: null, bytes: 1204 }],
  reply: null,
  replyBytes: 1,
  stream: { received: 1205, receivedBytes: 9640, messages: [{ reply: null, replyBytes: 1 }] },
  identity: 'helloworld-greeter-v2-69f8bb5d65-qxw7v',
};

const CALL: CallReport = {
  schema: CALL_SCHEMA,
  target: 'https://gateway.of-a-long-name.example.com:8443',
  call: 'helloworld.Greeter/SayHelloToEverybody',
  definition:
    'rpc SayHelloToEverybody ( .helloworld.HelloRequest ) returns ( stream .helloworld.HelloReply );',
  sent: [],
  route: null,
  end: 'complete',
  isOk: false,
  status: 'INTERNAL',
  cause: 'upstream connect error or disconnect/reset before headers',
  durationMs: 1204,
  destination: 'v2',
  isRouted: false,
  answer: ANSWER,
  reasons: ['the target did not answer this one call before its deadline, nor said why it did not'],
  findings: [],
};

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
      assertFits((style) => renderVerdict(record, style));
      assertFits((style) => renderSummary(record, style));
    });
  }

  it('is kept by what is said of one call; its headers and messages stay whole, to be copied', async () => {
    const { findings } = await goldenRecord('verify-finding-of-the-route');
    assertFits((style) => renderCall({ ...CALL, findings }, style));
    assertFits((style) => renderCall({ ...CALL, answer: null }, style));
    const reply = JSON.stringify('word '.repeat(40));
    const text = renderCall(
      { ...CALL, answer: { ...ANSWER, reply, stream: null } },
      { width: 40, colour: false },
    );
    assert.ok(text.includes(reply));
  });

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

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startBookinfo } from '../../../src/mesh/bookinfo/bookinfo.js';
import { podNames } from '../../../src/mesh/pod-names.js';
import type { RunRecord } from '../../../src/record/run-record.js';
import { reasonsOf, recordOf } from '../../fixtures/command.js';
import { startEnvoy } from '../../fixtures/envoy.js';
import { type EnvoyListener, FAULT } from '../../fixtures/envoy-config.js';
import { type Pods, startPods } from '../../fixtures/greeters.js';
import { FAILING_EVERY, type ReviewsPods, startReviewsPods } from '../../fixtures/reviews-pods.js';
import { codesOf, verify } from '../findings/greeter-runs.js';

/** More than four times what is planned for 90/10: what is right about its split is beyond doubt. */
const RUN = ['--weights', 'v1=90,v2=10', '-n', '6000'];
const SHARES: Readonly<Record<string, number>> = { v1: 90, v2: 10 };

type HttpListener = Extract<EnvoyListener, { kind: 'http' }>;

/** The run fails for the errors of v2, which its reasons and findings name, and for no split. */
function failsForItsErrors(record: RunRecord): void {
  assert.equal(record.verdict, 'fail', reasonsOf(record));
  assert.match(record.reasons[0]!.text, /^\d+ of \d+ answers of 'v2' failed/);
  const [v1, v2] = record.calls[0]!.split!.destinations;
  assert.equal(v1!.failed, 0);
  assert.ok(v2!.failed > 0);
  names(record, ['errors-concentrated']);
  // Whoever names its errors may call it by another name than it does itself.
  assert.ok(!codesOf(record).includes('pod-skew'));
}

/** It fails although nobody says whose the errors are, and v2 is named for what it lacks. */
function failsForWhatItLacks(record: RunRecord): void {
  assert.equal(record.verdict, 'fail', reasonsOf(record));
  assert.match(reasonsOf(record), /destination-failing: 'v2'/);
  assert.ok(record.calls[0]!.split!.destinations.every(({ failed }) => failed === 0));
  // Whose the errors would have to be is told besides, where the rest fits the weights: not by chance.
  names(record, ['destination-failing']);
}

function names(record: RunRecord, expected: readonly string[]): void {
  const codes = codesOf(record);
  for (const code of expected) {
    assert.ok(codes.includes(code), codes.join());
    assert.match(record.findings.find((one) => one.code === code)!.summary, /'v2'/);
  }
  assert.doesNotMatch(reasonsOf(record), /split-differs/);
}

/** Runs against an Envoy of one listener. */
async function through(
  listener: Omit<HttpListener, 'kind'>,
  run: (address: string) => Promise<RunRecord>,
): Promise<RunRecord> {
  const envoy = await startEnvoy({ listeners: [{ kind: 'http', ...listener }] });
  try {
    return await run(envoy.address);
  } finally {
    await envoy.stop();
  }
}

describe('a canary that fails its own calls, through the real Envoy', () => {
  const open: Pods[] = [];
  after(async () => {
    for (const pods of open) await pods.close();
  });

  /** v2 fails this part of its calls by itself, and its errors say nothing. */
  async function clustersOf(rate: number): Promise<HttpListener['clusters']> {
    const errors = rate === 0 ? {} : { v2: { rate, isNamed: false } };
    const pods = await startPods('greeter', ['v1', 'v2'], errors);
    open.push(pods);
    return Object.entries(SHARES).map(([name, weight]) => {
      return { name, weight, ports: [pods.ports[name]!] };
    });
  }

  it('fails and is named where Envoy sets whom it asked', async () => {
    const clusters = (await clustersOf(0.09)).map((cluster) => ({
      ...cluster,
      responseHeaders: { 'x-splitproof': `${cluster.name}-%UPSTREAM_HOST%` },
    }));
    failsForItsErrors(await through({ clusters }, (address) => verify(address, RUN)));
  });

  it('never passes where nobody says whose its errors are', async () => {
    const clusters = await clustersOf(0.09);
    const record = await through({ clusters }, (address) => verify(address, RUN));
    assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
    assert.match(reasonsOf(record), /errors-unattributed: .*'v2'/);
    assert.doesNotMatch(reasonsOf(record), /'v1'/);
  });

  it('fails and is named where nobody does, and most of its calls fail', async () => {
    const clusters = await clustersOf(0.75);
    failsForWhatItLacks(await through({ clusters }, (address) => verify(address, RUN)));
  });

  it('fails and is named where Envoy answers most of its calls itself', async () => {
    const clusters = (await clustersOf(0)).map((cluster) =>
      cluster.name === 'v2' ? { ...cluster, abortPercent: 75 } : cluster,
    );
    const listener = { clusters, filters: [FAULT] };
    failsForWhatItLacks(await through(listener, (address) => verify(address, RUN)));
  });
});

describe('the same over HTTP', () => {
  let pods: ReviewsPods;
  before(async () => {
    pods = await startReviewsPods();
  });
  after(() => pods.close());

  async function through10(
    named: boolean,
    args: readonly string[],
  ): Promise<{ record: RunRecord; asked: number }> {
    const clusters = (['v1', 'v2'] as const).map((name) => ({
      ...{ name, weight: SHARES[name]!, ports: [pods.port(name)] },
      ...(named ? { responseHeaders: { 'x-splitproof': `${name}-%UPSTREAM_HOST%` } } : {}),
    }));
    const before = pods.served().http.v2;
    const record = await through({ clusters }, async (address) => {
      const target = [`http://${address}/failing`, '--identity', 'header:x-pod'];
      return (await recordOf(['verify', ...target, ...RUN, ...args])).record;
    });
    return { record, asked: pods.served().http.v2 - before };
  }

  it('fails and is named where Envoy sets whom it asked', async () => {
    const { record, asked } = await through10(true, []);
    failsForItsErrors(record);
    const { observed, failed } = record.calls[0]!.split!.destinations[1]!;
    assert.equal(observed, asked);
    // Where the count began is not known.
    assert.ok(Math.abs(failed - asked / FAILING_EVERY) <= 1, `${failed} of ${asked}`);
  });

  it('never passes where nobody says whose its errors are', async () => {
    const { record } = await through10(false, ['--max-error-rate', '5%']);
    assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
    assert.match(reasonsOf(record), /errors-unattributed: .*'v2'/);
  });
});

describe('a failing version of the embedded Bookinfo', () => {
  async function run(rate: number, isNamed: boolean): Promise<RunRecord> {
    const bookinfo = await startBookinfo({
      reviews: Object.entries(SHARES).map(([name, weight]) => {
        return { name, weight, pods: podNames('reviews', name) };
      }),
      seed: 20,
    });
    bookinfo.setErrors('v2', { rate, isNamed });
    try {
      const target = `http://${bookinfo.address}/api/v1/products/0/reviews`;
      return (await recordOf(['verify', target, ...RUN])).record;
    } finally {
      await bookinfo.close();
    }
  }

  it('fails and is named by the name in its errors', async () => {
    failsForItsErrors(await run(0.09, true));
  });

  it('fails and is named by what it lacks, where its errors say nothing', async () => {
    failsForWhatItLacks(await run(0.75, false));
  });
});

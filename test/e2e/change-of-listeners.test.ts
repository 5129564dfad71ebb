import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ACROSS_CHANGE,
  acrossChange,
  assertAccount,
  assertNear,
  codesOf,
  FROM,
  TO,
  total,
  WITHIN_MS,
} from '../fixtures/across-change.js';
import { startFaultyLink } from '../fixtures/faulty-link.js';
import { startPods } from '../fixtures/greeters.js';
import { startLiveEnvoy } from '../fixtures/live-envoy.js';
import { startXdsEnvoy } from '../fixtures/xds-envoy.js';
import { ECHO_HOST, startXdsMesh } from '../fixtures/xds-mesh.js';

const SLOW = { timeout: 120_000 };
/** Answers of a longer one, all of them of the other version, would look like other weights for long. */
const OUTAGE_MS = 500;
/**
 * What Envoy makes of a backend whose connections are reset: its own answer, or where that of the backend had begun
 * already, a stream that it resets.
 */
const OF_RESTART = new Map([
  ['UNAVAILABLE', /^upstream connect error or disconnect\/reset before headers/],
  ['INTERNAL', /^RST_STREAM INTERNAL_ERROR$/],
]);

describe('a change of weights in the real Envoy', () => {
  it(
    'with another listener in the place of the first drains connections, and no request is unaccounted for',
    SLOW,
    async () => {
      const mesh = await startXdsMesh(FROM);
      const envoy = await startXdsEnvoy(mesh.plane.address);
      try {
        const { record, seen, changedAtMs } = await acrossChange(
          {
            ...ACROSS_CHANGE,
            ...{ target: envoy.address, call: 'proto.EchoTestService/Echo' },
            ...{ authority: ECHO_HOST, data: { message: 'hi' } },
          },
          () => {
            mesh.replaceListener(TO);
          },
        );
        assert.equal(seen.outcome, 'found');
        assertNear(seen.moment!.at, changedAtMs);
        assertAccount(record, seen);
        const { transport, load } = record;
        assert.ok(transport.goaway > 0, 'no connection was drained');
        // What the old listener had not looked at was sent again, and counts once.
        const served = total(mesh.pods.served());
        assert.ok(served >= load.ok && served <= load.sent, `${served} of ${load.sent}`);
        const failed = seen.failures.reduce((sum, { count }) => sum + count, 0);
        assert.equal(failed, load.failed + load.timedOut + load.cancelled);
      } finally {
        await envoy.stop();
        await mesh.close();
      }
    },
  );

  it('while a backend restarts names its failures with their time', SLOW, async () => {
    const pods = await startPods('greeter', ['v1', 'v2']);
    const link = await startFaultyLink(`127.0.0.1:${pods.ports.v1}`);
    const envoy = await startLiveEnvoy({
      kind: 'http',
      clusters: [
        { name: 'v1', weight: FROM.v1, ports: [link.port] },
        { name: 'v2', weight: FROM.v2, ports: [pods.ports.v2!] },
      ],
    });
    const restart: { over?: Promise<number> } = {};
    try {
      const { record, seen, changedAtMs } = await acrossChange(
        {
          ...ACROSS_CHANGE,
          ...{ pace: 500, target: envoy.address, call: 'helloworld.Greeter/SayHello' },
        },
        () => {
          envoy.setWeights(TO);
          link.refuse();
          restart.over = sleep(OUTAGE_MS).then(async () => {
            await link.accept();
            return Date.now();
          });
        },
      );
      const overAtMs = (await restart.over)!;
      assertAccount(record, seen);
      assert.ok(record.load.failed > 0);
      for (const { from, to, status, cause } of seen.failures) {
        assert.ok(OF_RESTART.get(status)?.test(cause) === true, `${status}: ${cause}`);
        assert.ok(Date.parse(from) > changedAtMs - WITHIN_MS, from);
        assert.ok(Date.parse(to) < overAtMs + WITHIN_MS, to);
      }
      const refused = seen.failures.filter(({ status }) => status === 'UNAVAILABLE');
      assert.ok(refused.length > 0, JSON.stringify(seen.failures));
      assert.equal(
        seen.failures.reduce((sum, { count }) => sum + count, 0),
        record.load.failed,
      );
      assert.equal(record.verdict, 'fail', JSON.stringify(record.reasons));
      const finding = record.findings.find(({ code }) => code === 'errors-in-change');
      assert.ok(finding !== undefined, codesOf(record).join());
      assert.match(finding.evidence, /^[\d.]+ s to [\d.]+ s: [\d,]+ \(/);
    } finally {
      await envoy.stop();
      link.close();
      await pods.close();
    }
  });
});

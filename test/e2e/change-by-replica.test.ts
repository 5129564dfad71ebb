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
  type SeenChange,
  TO,
  total,
} from '../fixtures/across-change.js';
import { dealConnections } from '../fixtures/connection-dealer.js';
import { type Envoy } from '../fixtures/envoy.js';
import { startXdsEnvoy } from '../fixtures/xds-envoy.js';
import { ECHO_HOST, startXdsMesh, type XdsMesh } from '../fixtures/xds-mesh.js';

/** A hundred answers of a connection tell it from those that changed so much earlier. */
const LATER_MS = 5000;
const SLOW = { timeout: 120_000 };

/** A gateway whose weights come from a control plane of its own. */
interface Replica {
  mesh: XdsMesh;
  envoy: Envoy;
}

/** @param use Gets them, and the address that they stand behind. */
async function withReplicas(
  use: (replicas: readonly [Replica, Replica], address: string) => Promise<void>,
): Promise<void> {
  const start = async (): Promise<Replica> => {
    const mesh = await startXdsMesh(FROM);
    return { mesh, envoy: await startXdsEnvoy(mesh.plane.address) };
  };
  const replicas = [await start(), await start()] as const;
  const dealer = await dealConnections(replicas.map(({ envoy }) => envoy.address));
  try {
    await use(replicas, dealer.address);
  } finally {
    await dealer.close();
    for (const { mesh, envoy } of replicas) {
      await envoy.stop();
      await mesh.close();
    }
  }
}

const ECHO = {
  ...ACROSS_CHANGE,
  // All of the time is taken: what some connections have yet to change to looks like other weights. A moderate pace is
  // one that slow machines keep up with, so that a connection has as many answers there.
  ...{ pace: 750, 'across-change': '30s' },
  ...{ call: 'proto.EchoTestService/Echo', authority: ECHO_HOST, data: { message: 'hi' } },
};

/** The dealer gives connections to both in turn, and one may have been tried first. */
function assertHalves({ moments }: SeenChange): void {
  const sizes = moments.map(({ connections }) => connections);
  assert.equal(
    sizes.reduce((a, b) => a + b, 0),
    32,
  );
  assert.ok(
    sizes.every((size) => Math.abs(size - 16) <= 2),
    JSON.stringify(sizes),
  );
}

describe('two real Envoys behind one address that take new weights at different moments', () => {
  it(
    'are told apart by their connections, and the change is over with the later one',
    SLOW,
    async () => {
      await withReplicas(async ([early, late], target) => {
        const changed: { later?: Promise<number> } = {};
        const { record, seen, changedAtMs } = await acrossChange({ ...ECHO, target }, () => {
          early.mesh.setWeights(TO);
          changed.later = sleep(LATER_MS).then(() => {
            late.mesh.setWeights(TO);
            return Date.now();
          });
        });
        const [first, second, ...others] = seen.moments;
        assert.deepEqual(others, []);
        assertHalves(seen);
        assertNear(first!.at, changedAtMs);
        assertNear(second!.at, (await changed.later)!);
        assertAccount(record, seen);
        assert.equal(
          total(early.mesh.pods.served()) + total(late.mesh.pods.served()),
          record.load.sent,
        );
        assert.equal(seen.moment?.isGradual, true);
        assert.ok(codesOf(record).includes('change-by-replica'));
        assert.notEqual(seen.before?.verdict, 'fail');
        assert.notEqual(seen.after?.verdict, 'fail');
      });
    },
  );

  it('are named where one keeps the previous weights, and the split fails', SLOW, async () => {
    await withReplicas(async ([told], target) => {
      const { record, seen, changedAtMs } = await acrossChange({ ...ECHO, target }, () => {
        told.mesh.setWeights(TO);
      });
      const [changed, staying] = seen.moments;
      assert.deepEqual(
        [changed?.served, staying?.served],
        ['both', 'previous'],
        JSON.stringify({ ...seen, failures: [] }),
      );
      assertHalves(seen);
      assertNear(changed!.at, changedAtMs);
      assertAccount(record, seen);
      assert.equal(record.verdict, 'fail', JSON.stringify(record.reasons));
      const finding = record.findings.find(({ code }) => code === 'change-by-replica');
      assert.match(finding!.summary, /did not change everywhere: .* not at all/);
    });
  });
});

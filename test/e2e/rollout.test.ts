import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { splitproof, reasonsOf } from '../fixtures/command.js';
import { afterServing, codesOf, verify, withMesh } from './findings/greeter-runs.js';

const WEIGHTS_90_10 = ['--weights', 'v1=90,v2=10'];

describe('--wait-for-rollout', () => {
  it('takes the sample once the weights have arrived', async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      // The second batch of 352 is on its way then.
      const cancel = afterServing(mesh, 400, () => {
        mesh.setWeights({ v1: 90, v2: 10 });
      });
      const record = await verify(mesh.address, [...WEIGHTS_90_10, '--wait-for-rollout', '30s']);
      cancel();
      assert.equal(record.rollout?.followed, true);
      assert.ok(record.rollout.waitedSeconds > 0);
      assert.notEqual(record.verdict, 'fail', reasonsOf(record));
      assert.equal(record.load.sent, 1406);
      assert.equal(record.load.excluded % 352, 0);
      assert.ok(record.load.excluded >= 3 * 352);
      const served = Object.values(mesh.served()).reduce((sum, count) => sum + count, 0);
      assert.equal(served, record.load.sent + record.load.excluded);
      assert.deepEqual(codesOf(record), []);
    });
  });

  it('leaves no trace of the wait in the sample: a leak before it is none', async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const cancel = afterServing(mesh, 50, () => {
        mesh.setWeights({ v1: 100 });
      });
      const args = ['--weights', 'v1=100,v2=0', '--wait-for-rollout', '30s'];
      const record = await verify(mesh.address, args);
      cancel();
      assert.equal(record.verdict, 'pass', reasonsOf(record));
      assert.ok((mesh.served()['grpc-helloworld-py-v2-7f56b49b7f-9vvr7'] ?? 0) > 0);
    });
  });

  it('takes the one sample when the wait runs out, and says so', async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const { status, stdout } = await splitproof([
        ...['verify', mesh.address, 'helloworld.Greeter/SayHello', '--plaintext'],
        ...[...WEIGHTS_90_10, '--wait-for-rollout', '500ms'],
      ]);
      assert.equal(status, 1, stdout);
      assert.match(stdout, /1,406 requests in/);
      assert.match(
        stdout,
        /did not follow the weights within .*; the sample was\s+taken nevertheless/,
      );
      assert.match(stdout, /^FAIL/m);
    });
  });
});

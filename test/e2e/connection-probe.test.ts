import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, reasonsOf } from '../fixtures/command.js';
import { startEnvoy } from '../fixtures/envoy.js';
import { type Pods, startPods } from '../fixtures/greeters.js';
import { verify, withMesh } from './findings/greeter-runs.js';

const WEIGHTS_90_10 = ['--weights', 'v1=90,v2=10'];
/** So few connections that all of them often go to v1. */
const FEW = ['--connections', '3', '-n', '90'];

/** Nothing of the connections that were asked may be in the sample, or in the load. */
function keptApart({ load, calls }: RunRecord, requests: number): void {
  assert.equal(load.sent, requests);
  assert.equal(load.excluded, 0);
  assert.equal(calls[0]!.split!.sampled, requests);
}

/** The first of some runs in which one destination gave all answers of the sample. */
async function oneSided(run: () => Promise<RunRecord>): Promise<RunRecord> {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const record = await run();
    if (record.calls[0]!.split!.destinations.some(({ share }) => share === 1)) return record;
  }
  throw new Error('3 connections have seen both destinations twelve times');
}

describe('one destination in the whole sample', () => {
  let pods: Pods;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
  });
  after(() => pods.close());

  it('fails where everything goes there: connections of one request each tell', async () => {
    await withMesh({ v1: 1, v2: 0 }, async (mesh) => {
      const record = await verify(mesh.address, WEIGHTS_90_10);
      keptApart(record, 1406);
      assert.deepEqual(record.calls[0]!.connectionProbe, {
        connections: 73,
        observed: { v1: 73 },
        missing: 0,
      });
      assert.equal(record.verdict, 'fail', reasonsOf(record));
      assert.match(reasonsOf(record), /counted by connection/);
    });
  });

  it('is inconclusive where connections are pinned: others of them go elsewhere', async () => {
    await withMesh(
      { v1: 90, v2: 10 },
      async (mesh) => {
        const record = await oneSided(() => verify(mesh.address, [...WEIGHTS_90_10, ...FEW]));
        keptApart(record, 90);
        const { connections, observed } = record.calls[0]!.connectionProbe!;
        assert.equal(connections, 73);
        assert.ok((observed.v2 ?? 0) > 0);
        assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
        assert.match(reasonsOf(record), /every connection stays with one destination/i);
      },
      { balance: 'per-connection' },
    );
  });

  it('is told apart through a TCP listener of the real Envoy', async () => {
    const clusters = Object.entries({ v1: 90, v2: 10 }).map(([name, weight]) => ({
      name,
      weight,
      ports: [pods.ports[name]!],
    }));
    const envoy = await startEnvoy({ listeners: [{ kind: 'tcp', clusters }] });
    try {
      const record = await oneSided(() => verify(envoy.address, [...WEIGHTS_90_10, ...FEW]));
      keptApart(record, 90);
      const { observed, missing } = record.calls[0]!.connectionProbe!;
      assert.equal((observed.v1 ?? 0) + (observed.v2 ?? 0) + missing, 73);
      assert.ok((observed.v2 ?? 0) > 0);
      assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
    } finally {
      await envoy.stop();
    }
  });

  it('asks for more connections in words where a thousand are not enough', async () => {
    await withMesh({ v1: 1, v2: 0 }, async (mesh) => {
      const weights = ['--weights', 'v1=999,v2=1', '-n', '500'];
      const record = await verify(mesh.address, weights);
      keptApart(record, 500);
      assert.equal(record.calls[0]!.connectionProbe, null);
      assert.equal(record.verdict, 'inconclusive');
      assert.match(reasonsOf(record), /7,?598 connections of one request each/);
    });
  });

  it('is joined with other shards, and reported again', async () => {
    await withMesh({ v1: 1, v2: 0 }, async (mesh) => {
      const directory = await mkdtemp(path.join(tmpdir(), 'splitproof-probe-'));
      try {
        const files: string[] = [];
        for (const name of ['one', 'two']) {
          const record = await verify(mesh.address, [...WEIGHTS_90_10, '-n', '640']);
          files.push(path.join(directory, `${name}.json`));
          await writeFile(files.at(-1)!, JSON.stringify(record));
        }
        const { record, status } = await recordOf(['merge', ...files]);
        assert.deepEqual(record.calls[0]!.connectionProbe, {
          connections: 146,
          observed: { v1: 146 },
          missing: 0,
        });
        assert.equal(status, 1);
        const again = await recordOf(['report', files[0]!]);
        assert.equal(again.record.calls[0]!.connectionProbe?.connections, 73);
      } finally {
        await rm(directory, { recursive: true });
      }
    });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunRecord } from '../../../src/record/run-record.js';
import { reasonsOf } from '../../fixtures/command.js';
import { dealConnections } from '../../fixtures/connection-dealer.js';
import { startEnvoy } from '../../fixtures/envoy.js';
import { startPods } from '../../fixtures/greeters.js';
import { codesOf, only, verify, WEIGHTS_60_40, withMesh } from '../findings/greeter-runs.js';

const ENOUGH = [...WEIGHTS_60_40, '-n', '6600'];
/** What a gateway serves that was not told of the canary. */
const BEFORE = { v1: 1 };

/** It does not pass, and what is told is that gateways differ: the connections that reach the stale one. */
async function isFound(evidence: RegExp, run: () => Promise<RunRecord>): Promise<void> {
  const { record, finding } = await only('gateways-disagree', run);
  assert.notEqual(record.verdict, 'pass', reasonsOf(record));
  assert.match(finding.evidence, evidence);
}

describe('one stale gateway of many', () => {
  it('is found in a mesh, by the connections that it answers', async () => {
    const gateways = {
      count: 8,
      connections: 'in-turn',
      stale: { count: 1, weights: BEFORE },
    } as const;
    await withMesh(
      { v1: 60, v2: 40 },
      async (mesh) => {
        await isFound(/4 connections v1 100 %/, () => verify(mesh.address, ENOUGH));
        const more = [...ENOUGH, '--connections', '64'];
        await isFound(/8 connections v1 100 %/, () => verify(mesh.address, more));
      },
      { gateways },
    );
  });

  it('is found where its balancer gives connections to any, and a quarter of them is stale', async () => {
    const gateways = {
      count: 4,
      connections: 'at-random',
      stale: { count: 1, weights: BEFORE },
    } as const;
    await withMesh(
      { v1: 60, v2: 40 },
      async (mesh) => {
        const record = await verify(mesh.address, [...ENOUGH, '--connections', '64']);
        assert.notEqual(record.verdict, 'pass', reasonsOf(record));
        assert.match(codesOf(record).join(), /gateways-disagree|overdispersed/);
      },
      { gateways },
    );
  });

  it('is told from its others through real Envoys behind a balancer of connections', async () => {
    const pods = await startPods('greeter', ['v1', 'v2']);
    const listener = (v1: number, v2: number) => ({
      kind: 'http' as const,
      clusters: [
        { name: 'v1', weight: v1, ports: [pods.ports.v1!] },
        { name: 'v2', weight: v2, ports: [pods.ports.v2!] },
      ],
    });
    const right = Array.from({ length: 7 }, () => listener(60, 40));
    const envoy = await startEnvoy({ listeners: [...right, listener(100, 0)] });
    const dealer = await dealConnections(envoy.addresses);
    try {
      await isFound(/4 connections v1 100 %/, () => verify(dealer.address, ENOUGH));
    } finally {
      await dealer.close();
      await envoy.stop();
      await pods.close();
    }
  });
});

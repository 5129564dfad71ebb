import assert from 'node:assert/strict';
import type { MeshOptions } from '../../../src/mesh/mesh.js';
import type { RunRecord } from '../../../src/record/run-record.js';
import { reasonsOf } from '../../fixtures/command.js';
import { verify, withMesh } from '../findings/greeter-runs.js';

/** Twice what is planned for 60/40, and so much of it at a time that the run takes some seconds. */
export const PACED = ['--weights', 'v1=60,v2=40', '-n', '6600', '-r', '3000'];

/** The record of a run against such a mesh. */
export async function recordOf(
  options: Partial<MeshOptions>,
  args: readonly string[],
  weights: Record<string, number> = { v1: 60, v2: 40 },
): Promise<RunRecord> {
  const records: RunRecord[] = [];
  await withMesh(
    weights,
    async (mesh) => {
      records.push(await verify(mesh.address, args));
    },
    options,
  );
  return records[0]!;
}

/** 60/40 on average: v1 gets as many points more at first as it gets less in the end. */
export function around(points: number): {
  from: Record<string, number>;
  to: Record<string, number>;
} {
  return {
    from: { v1: 60 + points, v2: 40 - points },
    to: { v1: 60 - points, v2: 40 + points },
  };
}

/** A run in which answers hang together in time: it never passes, and says so with its figures. */
export function hangsTogether(record: RunRecord): void {
  assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
  assert.match(
    reasonsOf(record),
    /alike-in-time: Answers of the same [\d.]+ m?s hang together: X²\/df \d+\.\d over 32 blocks/,
  );
}

/** The one finding on a change of the weights. */
export function saysThatWeightsChanged(record: RunRecord): void {
  const codes = record.findings.map(({ code }) => code);
  assert.ok(codes.includes('weights-changed-during-run'), codes.join());
}

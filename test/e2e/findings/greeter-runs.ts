import assert from 'node:assert/strict';
import { type Mesh, type MeshOptions, startMesh } from '../../../src/mesh/mesh.js';
import { podNames } from '../../../src/mesh/pod-names.js';
import type { RunRecord } from '../../../src/record/run-record.js';
import { recordOf } from '../../fixtures/command.js';

const CALL = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}', '--plaintext'];
/** The split most of these tests configure. */
export const WEIGHTS_60_40 = ['--weights', 'v1=60,v2=40'];
/** The routes of the same split, without the workloads. */
export const ROUTES = ['gateway', 'destination-rule', 'virtual-service-60-40'].flatMap((name) => [
  '-f',
  `scenarios/asm-greeter/${name}.yaml`,
]);
/** The routes with the workloads, one pod each. */
export const MANIFESTS_60_40 = [...ROUTES, '-f', 'scenarios/asm-greeter/app.yaml'];

/** Draws in the same order each time, so that a run against the mesh hardly differs from the last. */
const SEED = 20;

/** The record of `splitproof verify` against a Greeter. */
export async function verify(address: string, args: readonly string[]): Promise<RunRecord> {
  return (await recordOf(['verify', address, ...CALL, ...args])).record;
}

/** A mesh of the Greeter with one pod for each version, or those given. */
export async function withMesh(
  weights: Record<string, number>,
  use: (mesh: Mesh) => Promise<void>,
  options: Partial<MeshOptions> & { pods?: Record<string, string[]> } = {},
): Promise<void> {
  const { pods = {}, ...others } = options;
  const versions = Object.entries(weights).map(([name, weight]) => ({
    name,
    weight,
    pods: pods[name] ?? podNames('greeter', name),
  }));
  const mesh = await startMesh({ service: 'greeter', versions, seed: SEED, ...others });
  try {
    await use(mesh);
  } finally {
    await mesh.close();
  }
}

/** Calls `then` once the mesh has served so many requests. @returns What gives that up. */
export function afterServing(mesh: Mesh, requests: number, then: () => void): () => void {
  const timer = setInterval(() => {
    if (Object.values(mesh.served()).reduce((sum, served) => sum + served, 0) < requests) return;
    clearInterval(timer);
    then();
  }, 2);
  return () => {
    clearInterval(timer);
  };
}

/** Codes of the findings, in the record's order. */
export function codesOf(record: RunRecord): string[] {
  return ofTarget(record).map(({ code }) => code);
}

/** Whether the client keeps up depends on the machine, not on the gateway that is tested here. */
export function ofTarget({ findings }: RunRecord): RunRecord['findings'] {
  return findings.filter(({ code }) => code !== 'client-bottleneck');
}

/**
 * One run in some hundreds lacks a finding by chance (a fit is held against 0.001), or shows one too many
 * (each once in 10,000): so many of them in a row come less than once in ten million suites.
 */
const RUNS_AT_MOST = 3;

/** The record of a run that shows exactly these findings. What happens by chance may be run again. */
export async function showing(
  codes: readonly string[],
  run: () => Promise<RunRecord>,
): Promise<RunRecord> {
  for (let runs = 1; ; runs += 1) {
    const record = await run();
    const isShown = codesOf(record).join() === codes.join();
    if (isShown) return record;
    if (runs === RUNS_AT_MOST) {
      assert.deepEqual(codesOf(record), codes, JSON.stringify(record.findings, null, 2));
    }
  }
}

/** A run that shows one finding and no other, whose text is checked for what every text must be. */
export async function only(
  code: string,
  run: () => Promise<RunRecord>,
): Promise<{ record: RunRecord; finding: RunRecord['findings'][number] }> {
  const record = await showing([code], run);
  const [finding] = ofTarget(record);
  assert.ok(finding);
  return { record, finding: readable(finding) };
}

/** Checks that the text of a finding is one that people can read. */
export function readable(finding: RunRecord['findings'][number]): RunRecord['findings'][number] {
  const { summary, evidence, advice } = finding;
  const text = `${summary}\n${evidence}\n${advice}`;
  assert.doesNotMatch(text, /undefined|NaN|null|Infinity|\d\.\d{6}|for example *$| {2}|, *$/m);
  assert.match(summary, /^[A-Z'].*\.$/);
  assert.match(advice, /^[A-Z].*\.$/);
  assert.notEqual(evidence, '');
  return finding;
}

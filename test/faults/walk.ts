import { describe, it } from 'node:test';
import type { Fault, LoopName, RunKind } from './fault.js';
import { check, runUnder } from './run.js';
import type { FaultTable } from './table.js';

const TIMEOUT = { timeout: 60_000 };
const LOOPS: readonly LoopName[] = ['closed', 'open'];

/**
 * Has a test for each fault, in which all its runs go on side by side.
 *
 * @param atATime How many faults: runs mostly wait, for schedules, deadlines and outages.
 */
export function walk({ title, faults }: FaultTable, atATime: number): void {
  describe(`faults: ${title}`, { concurrency: atATime }, () => {
    for (const fault of faults) {
      it(fault.name, TIMEOUT, async (test) => {
        const kinds = fault.versions.flatMap((version) => LOOPS.map((loop) => ({ version, loop })));
        const runs = await Promise.all(
          stagesOf(fault, kinds).map((those) => runUnder(fault, those)),
        );
        for (const run of runs.flat()) {
          const { version, loop } = run.kind;
          await test.test(`${version}, ${loop} loop`, () => {
            check(fault, run);
          });
        }
      });
    }
  });
}

/** Runs share a real gateway, and each has scripted servers of its own. */
function stagesOf({ servers }: Fault, kinds: readonly RunKind[]): (readonly RunKind[])[] {
  return servers === 'Envoy' ? [kinds] : kinds.map((kind) => [kind]);
}

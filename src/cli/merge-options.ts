import type { Argv } from 'yargs';
import { SAFETY_OPTIONS } from './safety-options.js';
import { OUTPUT_OPTIONS, SETTING_OPTIONS } from './verify-options.js';

const { format, output, attest, github, push, 'push-job': pushJob, color } = OUTPUT_OPTIONS;

const MERGE_EPILOGUE = `Example:
  Two machines send half of the requests each; the whole is judged once:
    splitproof verify --scenario gate.yaml -n 1600 -o one.json
    splitproof verify --scenario gate.yaml -n 1600 -o two.json
    splitproof merge one.json two.json -o both.json

How many shards there are must be fixed before the first one runs: adding runs
until the verdict suits makes its error rates void, and parts that had their
planned size alone are counted as attempts. Runs of verify --sequential may be
added and judged whenever. Records of another call, target, route, weights or
rule are refused. Labels are kept where all have them.

Exit status: 0 pass, 1 fail, 2 bad input, 3 inconclusive, 4 unreachable.`;

/** Adds everything `merge` understands. */
export function mergeOptions(command: Argv): Argv {
  return command
    .positional('runs', {
      array: true,
      type: 'string',
      demandOption: true,
      describe: 'Saved runs, as --format json or -o FILE.json wrote them; - is standard input',
    })
    .options({ inconclusive: SETTING_OPTIONS.inconclusive, policy: SAFETY_OPTIONS.policy })
    .options({ format, output, attest, github, push, 'push-job': pushJob, color })
    .epilogue(MERGE_EPILOGUE);
}

import type { Argv } from 'yargs';
import { OUTPUT_OPTIONS } from './verify-options.js';

const { format, output, attest, github, push, 'push-job': pushJob, color } = OUTPUT_OPTIONS;

const REPORT_EPILOGUE = `Examples:
  splitproof report run.json                    as verify printed it
  splitproof report run.json -o run.txt         and to a file
  kubectl logs job/check | splitproof report -  from a log that is only the JSON

Exit status: 0 when it could be rendered, whatever the run's verdict; 2 when
the file does not hold a record of a run.`;

/** Adds everything `report` understands. */
export function reportOptions(command: Argv): Argv {
  return command
    .positional('run', {
      type: 'string',
      demandOption: true,
      describe: 'Saved run, as --format json or -o FILE.json wrote it; - is standard input',
    })
    .options({ format, output, attest, github, push, 'push-job': pushJob, color })
    .epilogue(REPORT_EPILOGUE);
}

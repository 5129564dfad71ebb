import type { Argv, Options } from 'yargs';
import { SAFETY_OPTIONS } from './safety-options.js';

const GATE = 'The gate:';

const GATE_OPTIONS = {
  config: {
    group: GATE,
    describe: 'Folder with gate.yaml and scenarios/NAME.yaml',
    type: 'string',
    requiresArg: true,
    demandOption: 'name the folder of the gate, such as --config gate/',
  },
  listen: {
    group: GATE,
    describe: 'HOST:PORT to listen on [that of gate.yaml; 127.0.0.1:8711]',
    type: 'string',
    requiresArg: true,
  },
  log: {
    group: GATE,
    describe: 'How events are written on standard error',
    choices: ['text', 'json'],
    default: 'text',
  },
} satisfies Record<string, Options>;

const GATE_EPILOGUE = `Example:
    splitproof gate --config gate/
    curl -X POST \\
      'http://127.0.0.1:8711/v1/runs/checkout?revision=7d4c9&wait=60s'

gate.yaml needs one line, "state: FOLDER", where verdicts are kept.`;

/** Adds everything `gate` understands. */
export function gateOptions(command: Argv): Argv {
  return command.options(GATE_OPTIONS).options(SAFETY_OPTIONS).epilogue(GATE_EPILOGUE);
}

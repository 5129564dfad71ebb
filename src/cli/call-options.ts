import type { Argv, Options } from 'yargs';
import { SAFETY_OPTIONS } from './safety-options.js';
import {
  HTTP_OPTIONS,
  OUTPUT_OPTIONS,
  PLAIN_FORMAT,
  REQUEST_POSITIONAL,
  SCENARIO_OPTION,
  SETTING_OPTIONS,
} from './verify-options.js';
import { LOAD_SETTINGS } from '../scenario/one-call.js';

const CALL_EPILOGUE = `Examples:
  Everything about one answer:
    splitproof call --plaintext -d '{"name":"Jack"}' localhost:8080 \\
      helloworld.Greeter/SayHello
  And the route that it should have taken:
    splitproof call -f manifests/ --authority grpc.example.com :8080 \\
      mypackage.UserService/GetUser -d '{"id":"7"}'

Exit status: 0 the answer is OK, and from where the route sends requests to;
1 it is not, 2 bad input, 4 unreachable.`;

/** Settings that have no sense for one call, and those that say how others' requests are read. */
const LEFT_OUT: readonly string[] = [...LOAD_SETTINGS, 'label', 'passive', 'for', 'route-name'];

const OPTIONS: Record<string, Options> = Object.fromEntries(
  Object.entries(SETTING_OPTIONS).filter(([name]) => !LEFT_OUT.includes(name)),
);

/** Adds everything `call` understands: what a run does, but for its load and its verdict. */
export function callOptions(command: Argv): Argv {
  return command
    .positional('request', REQUEST_POSITIONAL)
    .option('scenario', SCENARIO_OPTION)
    .options(OPTIONS)
    .options(HTTP_OPTIONS)
    .options(SAFETY_OPTIONS)
    .options({
      format: PLAIN_FORMAT,
      quiet: OUTPUT_OPTIONS.quiet,
      color: OUTPUT_OPTIONS.color,
    })
    .epilogue(CALL_EPILOGUE);
}

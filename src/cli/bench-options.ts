import type { Argv, Options } from 'yargs';
import { runOptions, SETTING_OPTIONS } from './verify-options.js';

const { duration, requests } = SETTING_OPTIONS;
/** Settings that only a verdict on the split needs. */
const OF_THE_SPLIT = [
  'alpha',
  'power',
  'tolerance',
  'error-rate-shown',
  'pace',
  'over',
  'sequential',
  'passive',
  'for',
  'route-name',
  'across-change',
  'each-replica',
];

/** The settings of a load as flags. */
export const BENCH_OPTIONS: Record<string, Options> = {
  ...Object.fromEntries(
    Object.entries(SETTING_OPTIONS).filter(([name]) => !OF_THE_SPLIT.includes(name)),
  ),
  requests: { ...requests, describe: 'How many requests [as many as fit]' },
  duration: { ...duration, describe: 'Stop sending after this long [10s, or --requests]' },
};

// Not yargs' own examples: it breaks commands into a narrow column.
const BENCH_EPILOGUE = `Examples:
  As fast as answers come, for ten seconds:
    splitproof bench --plaintext -d '{"name":"Jack"}' :8080 \\
      helloworld.Greeter/SayHello
  A thousand requests per second, whatever the server does:
    splitproof bench -r 1000 -z 30s --threshold 'p99<50ms' --plaintext :8080 \\
      helloworld.Greeter/SayHello

Exit status: 0 pass, 1 fail, 2 bad input, 3 inconclusive, 4 unreachable,
70 internal fault, 130 or 143 interrupted.`;

/** Adds everything `bench` understands. */
export function benchOptions(command: Argv): Argv {
  return runOptions(command, BENCH_OPTIONS, BENCH_EPILOGUE);
}

import type { Argv, Options } from 'yargs';
import { ROUTE_OPTIONS } from './explain-options.js';
import { SAFETY_OPTIONS } from './safety-options.js';
import {
  HTTP_OPTIONS,
  OUTPUT_OPTIONS,
  PLAIN_FORMAT,
  REQUEST_POSITIONAL,
  SCENARIO_OPTION,
  SETTING_OPTIONS,
} from './verify-options.js';

const { weights, alpha, power, tolerance, requests, connections } = SETTING_OPTIONS;
const { 'each-replica': eachReplica } = SETTING_OPTIONS;

/** What only a plan is asked. */
const PLAN_ASIDES = {
  steps: {
    describe: 'Verdicts of a roll-out that are to pass together, each with a power for that',
    type: 'string',
    requiresArg: true,
  },
  gateways: {
    describe: 'Replicas of the gateway: how many connections reach each?',
    type: 'string',
    requiresArg: true,
  },
} as const satisfies Record<string, Options>;

const PLAN_EPILOGUE = `Examples:
  How many requests does a verdict on 60/40 need?
    splitproof plan --weights v1=60,v2=40
  What can 1,000 of them tell?
    splitproof plan --weights v1=60,v2=40 -n 1000
  The steps of a canary, at a tolerance of a fifth of each weight:
    splitproof plan --tolerance 20%
  A canary that walks ten steps, each of them verified:
    splitproof plan --steps 10
  The split that the manifests configure:
    splitproof plan -f manifests/ helloworld.Greeter/SayHello

Beside the fixed sizes stands what verify --sequential takes of a right split on
average: it ends as soon as the evidence is enough, after three times the fixed
size at the latest.

Exit status: 0, and 2 for bad input. Nothing is sent.`;

/** Adds everything `plan` understands. */
export function planOptions(command: Argv): Argv {
  return command
    .positional('request', REQUEST_POSITIONAL)
    .option('scenario', SCENARIO_OPTION)
    .options({ weights, ...ROUTE_OPTIONS, ...HTTP_OPTIONS })
    .options({ 'each-replica': eachReplica, alpha, power, tolerance })
    .options({
      'max-error-rate': SETTING_OPTIONS['max-error-rate'],
      'error-rate-shown': SETTING_OPTIONS['error-rate-shown'],
    })
    .options({ policy: SAFETY_OPTIONS.policy, 'allow-path': SAFETY_OPTIONS['allow-path'] })
    .options({ requests: { ...requests, describe: 'What can this many tell?' }, connections })
    .options(PLAN_ASIDES)
    .options({ format: PLAIN_FORMAT, color: OUTPUT_OPTIONS.color })
    .epilogue(PLAN_EPILOGUE);
}

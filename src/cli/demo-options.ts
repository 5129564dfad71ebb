import type { Argv } from 'yargs';
import { DEMO_FAULTS } from './demo-fault.js';
import { OUTPUT_OPTIONS, SETTING_OPTIONS } from './verify-options.js';

const MESH = 'The embedded mesh:';

/** Settings of a run that make sense against the embedded mesh too. */
const { requests, concurrency, connections, tolerance, alpha, timeout, duration, engine } =
  SETTING_OPTIONS;

const DEMO_EPILOGUE = `Examples:
  splitproof demo                          a right split: passes
  splitproof demo --actual v1=75,v2=25     a wrong one: fails
  splitproof demo --pinned                 connections balanced, not requests
  splitproof demo --fault failing-canary   v2 fails some of its own calls: fails
  splitproof demo --fault drift            right on average only: never passes
  splitproof demo bookinfo                 reviews behind a product page
  splitproof demo proxyless --fault shift  the control plane shifts the weights
  splitproof demo grpc-gateway             each of its scenarios in turn
  splitproof demo grpc-gateway-paths --actual v1=75,v2=25
                                           one wrong split of three: it is named
  splitproof demo grpc-gateway-retries --fault no-retries
                                           a policy that is not applied: it is told
  splitproof demo echo --serve             for grpcurl and other tools`;

const faults = [
  ...Object.entries(DEMO_FAULTS).map(([name, meaning]) => `${name} (${meaning})`),
  'of proxyless: shift (the control plane shifts the weights halfway, right on average)',
  'away (it goes, and comes back)',
  'missing-KIND and invalid-KIND (of what it tells; KIND is lds, rds, cds or eds)',
].join(', ');

/** Adds everything `demo` understands. */
export function demoOptions(command: Argv): Argv {
  return command
    .positional('scenario', {
      type: 'string',
      describe:
        'greeter (60/40), greeter-100-0, echo (20/80), proxyless (echo without proxies, 20/80 by xDS), bookinfo (10/40/50), grpc-gateway (all of grpc-gateway-tls, -h2c, -paths, -streaming, -retries, -web)',
      default: 'greeter',
    })
    .options({
      serve: {
        group: MESH,
        type: 'boolean',
        describe: 'Keep it up for other tools until Ctrl-C; send nothing',
      },
      actual: {
        group: MESH,
        type: 'string',
        requiresArg: true,
        describe: 'Serve another split than configured: v1=75,v2=25',
      },
      pinned: {
        group: MESH,
        type: 'boolean',
        describe: 'Balance connections instead of requests, as a TCP proxy does',
      },
      fault: {
        group: MESH,
        type: 'string',
        requiresArg: true,
        describe: `What else is wrong: ${faults}`,
      },
      port: {
        group: MESH,
        type: 'number',
        requiresArg: true,
        describe: 'Port of the gateway [any free one]',
      },
    })
    .options({ requests, concurrency, connections, tolerance, alpha, timeout, duration, engine })
    .options(OUTPUT_OPTIONS)
    .epilogue(DEMO_EPILOGUE);
}

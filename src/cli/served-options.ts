import type { Argv } from 'yargs';
import { SAFETY_OPTIONS } from './safety-options.js';
import { SCENARIO_OPTION, SETTING_OPTIONS } from './verify-options.js';

const {
  proto,
  protoset,
  reflect,
  metadata,
  header,
  literal,
  authority,
  mask,
  plaintext,
  cacert,
  cert,
  key,
  servername,
  resolve,
  timeout,
  'import-path': importPath,
  'reflect-header': reflectHeader,
  'expand-headers': expandHeaders,
  'user-agent': userAgent,
  'skip-verify': skipVerify,
  'connect-to': connectTo,
  'connect-timeout': connectTimeout,
} = SETTING_OPTIONS;

const SERVED = 'What is served:';

/** Settings that say who is asked, and how. */
const SERVED_OPTIONS = {
  proto: { ...proto, group: SERVED, describe: '.proto file that is asked instead of a target' },
  'import-path': { ...importPath, group: SERVED },
  protoset: {
    ...protoset,
    group: SERVED,
    describe: 'Compiled descriptor set that is asked instead of a target',
  },
  reflect: { ...reflect, group: SERVED, describe: 'Ask the target [where no file is given]' },
  metadata,
  header,
  'reflect-header': reflectHeader,
  'expand-headers': expandHeaders,
  literal,
  authority,
  'user-agent': userAgent,
  mask,
  plaintext,
  cacert,
  cert,
  key,
  servername,
  'skip-verify': skipVerify,
  resolve,
  'connect-to': connectTo,
  'connect-timeout': connectTimeout,
  timeout: {
    ...timeout,
    group: connectTimeout.group,
    describe: 'How long an answer may take [10s]',
  },
};

const STATUS = `A target says it by gRPC server reflection (v1, else v1alpha).

Exit status: 0; 2 for bad input, for what is not served, and where the target
has no reflection; 4 where it cannot be reached.`;

const LIST_EPILOGUE = `Examples:
  Which services are there?
    splitproof list --plaintext localhost:8080
  Through a gateway, by the host of its route:
    splitproof list --authority grpc.example.com 192.0.2.1:443
  The methods of one:
    splitproof list --plaintext localhost:8080 helloworld.Greeter
  Of a contract in files:
    splitproof list --proto greeter.proto

${STATUS}`;

const DESCRIBE_EPILOGUE = `Examples:
  All services that are there:
    splitproof describe --plaintext localhost:8080
  A method, and what it takes:
    splitproof describe --plaintext :8080 helloworld.Greeter.SayHello
    splitproof describe --plaintext :8080 helloworld.HelloRequest
  Of a contract in files:
    splitproof describe --protoset greeter.protoset helloworld.Greeter

${STATUS}`;

/** Adds everything `list` understands. */
export function listOptions(command: Argv): Argv {
  return servedOptions(command, 'SERVICE (pkg.Service)', LIST_EPILOGUE);
}

/** Adds everything `describe` understands. */
export function describeOptions(command: Argv): Argv {
  return servedOptions(
    command,
    'SYMBOL (service, method, message, enum or field, by its full name)',
    DESCRIBE_EPILOGUE,
  );
}

function servedOptions(command: Argv, named: string, epilogue: string): Argv {
  return command
    .positional('request', {
      array: true,
      type: 'string',
      describe: `TARGET (host:port, :port, unix:/path, URL), ${named}`,
    })
    .option('scenario', SCENARIO_OPTION)
    .options(SERVED_OPTIONS)
    .options(SAFETY_OPTIONS)
    .epilogue(epilogue);
}

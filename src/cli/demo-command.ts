import { once } from 'node:events';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { PACKAGE_FOLDER } from '../package-folder.js';
import { readScenarioFile } from '../inputs/scenario-file.js';
import { parseWeights } from '../scenario/expectation-source.js';
import { scenarioOf } from '../scenario/scenario.js';
import { demoFaultNamed } from './demo-fault.js';
import { type DemoApplication, startDemoMesh } from './demo-mesh.js';
import type { Interruption } from './interruption.js';
import type { Arguments } from './arguments.js';
import { settingsFromFlags } from './settings.js';
import { outputSettings } from './outputs.js';
import { verifyAndReport } from './verify-command.js';

interface DemoScenario {
  file: string;
  application: DemoApplication;
  /** What the mesh serves. It is told, and does not read the manifests that the verdict reads. */
  weights: readonly { name: string; weight: number }[];
  /** How to call the mesh by hand. @param address Its `host:port`. */
  byHand: (address: string) => string;
}

const GREETER_CALL = grpcurl('{"name":"Jack"}', 'helloworld.Greeter/SayHello');

const DEMOS: Record<string, DemoScenario> = {
  greeter: {
    file: 'asm-greeter-60-40.yaml',
    application: 'greeter',
    weights: [
      { name: 'v1', weight: 60 },
      { name: 'v2', weight: 40 },
    ],
    byHand: GREETER_CALL,
  },
  'greeter-100-0': {
    file: 'asm-greeter-100-0.yaml',
    application: 'greeter',
    weights: [
      { name: 'v1', weight: 100 },
      { name: 'v2', weight: 0 },
    ],
    byHand: GREETER_CALL,
  },
  echo: {
    file: 'echo-20-80.yaml',
    application: 'echo',
    weights: [
      { name: 'v1', weight: 20 },
      { name: 'v2', weight: 80 },
    ],
    byHand: grpcurl(
      '{"message":"hi"}',
      'proto.EchoTestService/Echo',
      'echo.echo-grpc.svc.cluster.local:7070',
    ),
  },
  bookinfo: {
    file: 'bookinfo-10-40-50.yaml',
    application: 'bookinfo',
    weights: [
      { name: 'v1', weight: 10 },
      { name: 'v2', weight: 40 },
      { name: 'v3', weight: 50 },
    ],
    byHand: (address) => `curl http://${address}/productpage`,
  },
  // The weights are those of the orders; users and their health have others.
  'grpc-gateway': {
    file: 'grpc-gateway-paths-canary.yaml',
    application: 'grpc-gateway',
    weights: [
      { name: 'v1', weight: 60 },
      { name: 'v2', weight: 40 },
    ],
    byHand: grpcurl(
      '{"id":"1001"}',
      'mypackage.OrderService/GetOrder',
      'grpc.example.com',
      '-proto scenarios/grpc-gateway/order.proto',
    ),
  },
};

function grpcurl(
  data: string,
  method: string,
  authority?: string,
  flags?: string,
): DemoScenario['byHand'] {
  const header = authority === undefined ? '' : ` -authority ${authority}`;
  const more = flags === undefined ? '' : ` ${flags}`;
  return (address) => `grpcurl -plaintext${header}${more} -d '${data}' ${address} ${method}`;
}

const SCENARIOS = path.join(PACKAGE_FOLDER, 'scenarios');

/** `splitproof demo`. @returns The exit status. */
export async function demoCommand(args: Arguments, interruption: Interruption): Promise<number> {
  const demo = demoNamed(String(args.scenario));
  const output = outputSettings(args);
  const actual = typeof args.actual === 'string' ? actualWeights(demo, args.actual) : demo.weights;
  const settings = {
    ...(await readScenarioFile(fileOf(demo), interruption.signal)),
    ...(await settingsFromFlags(args, interruption.signal)),
  };
  const mesh = await openMesh(demo, actual, args);
  try {
    if (args.serve === true) {
      await serve(demo, mesh.address, actual, interruption.signal);
      return 0;
    }
    const scenario = scenarioOf({ ...settings, target: mesh.address }, 'verify');
    return await verifyAndReport(scenario, output, interruption);
  } finally {
    await mesh.close();
  }
}

/** Relative to the working folder, so that reports name it as a person would. */
function fileOf(demo: DemoScenario): string {
  return path.relative('.', path.join(SCENARIOS, demo.file));
}

function demoNamed(name: string): DemoScenario {
  const short = name.replace(/^asm-/, '').replace(/-(?:60-40|20-80|10-40-50)$/, '');
  const demo = Object.hasOwn(DEMOS, short) ? DEMOS[short] : undefined;
  if (demo !== undefined) return demo;
  throw new InputError(
    `there is no demo "${name}": it is one of ${Object.keys(DEMOS).join(', ')}`,
    {
      path: 'SCENARIO',
    },
  );
}

function actualWeights(demo: DemoScenario, text: string): DemoScenario['weights'] {
  const weights = parseWeights(text, '--actual');
  for (const { name } of weights) {
    if (!demo.weights.some((known) => known.name === name)) {
      const known = demo.weights.map((version) => version.name).join(' and ');
      throw new InputError(`the mesh has no version ${name}: it has ${known}`, {
        path: '--actual',
      });
    }
  }
  return demo.weights.map(({ name }) => ({
    name,
    weight: weights.find((given) => given.name === name)?.weight ?? 0,
  }));
}

async function openMesh(
  demo: DemoScenario,
  weights: DemoScenario['weights'],
  args: Arguments,
): ReturnType<typeof startDemoMesh> {
  const { port = null } = args;
  if (port !== null && !(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65536)) {
    throw new InputError('a port is a number between 1 and 65535', { path: '--port' });
  }
  return await startDemoMesh(demo.application, {
    weights,
    port: port === null ? null : Number(port),
    isPinned: args.pinned === true,
    fault: typeof args.fault === 'string' ? demoFaultNamed(args.fault) : null,
  });
}

async function serve(
  demo: DemoScenario,
  address: string,
  weights: DemoScenario['weights'],
  signal: AbortSignal,
): Promise<void> {
  const split = weights.map(({ name, weight }) => `${name} ${weight}`).join(', ');
  process.stdout.write(
    [
      `The ${demo.application} mesh listens on ${address} and splits ${split}.`,
      '',
      'Call it:',
      `  ${demo.byHand(address)}`,
      'Verify it:',
      `  splitproof verify --scenario ${fileOf(demo)} ${address}`,
      '',
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
  if (!signal.aborted) await once(signal, 'abort');
}

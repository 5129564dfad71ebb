import { once } from 'node:events';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { type Mesh, startMesh } from '../mesh/mesh.js';
import { podNames } from '../mesh/pod-names.js';
import type { MeshService } from '../mesh/services.js';
import { PACKAGE_FOLDER } from '../package-folder.js';
import { readScenarioFile } from '../inputs/scenario-file.js';
import { parseWeights } from '../scenario/expectation-source.js';
import { scenarioOf } from '../scenario/scenario.js';
import type { Interruption } from './interruption.js';
import type { Arguments } from './arguments.js';
import { settingsFromFlags } from './settings.js';
import { outputSettings } from './outputs.js';
import { verifyAndReport } from './verify-command.js';

interface DemoScenario {
  file: string;
  service: MeshService;
  /** What the mesh serves. It is told, and does not read the manifests that the verdict reads. */
  weights: readonly { name: string; weight: number }[];
  /** What to type into grpcurl. */
  call: { data: string; method: string; authority: string | null };
}

const GREETER_CALL = {
  data: '{"name":"Jack"}',
  method: 'helloworld.Greeter/SayHello',
  authority: null,
};

const DEMOS: Record<string, DemoScenario> = {
  greeter: {
    file: 'asm-greeter-60-40.yaml',
    service: 'greeter',
    weights: [
      { name: 'v1', weight: 60 },
      { name: 'v2', weight: 40 },
    ],
    call: GREETER_CALL,
  },
  'greeter-100-0': {
    file: 'asm-greeter-100-0.yaml',
    service: 'greeter',
    weights: [
      { name: 'v1', weight: 100 },
      { name: 'v2', weight: 0 },
    ],
    call: GREETER_CALL,
  },
  echo: {
    file: 'echo-20-80.yaml',
    service: 'echo',
    weights: [
      { name: 'v1', weight: 20 },
      { name: 'v2', weight: 80 },
    ],
    call: {
      data: '{"message":"hi"}',
      method: 'proto.EchoTestService/Echo',
      authority: 'echo.echo-grpc.svc.cluster.local:7070',
    },
  },
};

const SCENARIOS = path.join(PACKAGE_FOLDER, 'scenarios');

/** `splitproof demo`. @returns The exit status. */
export async function demoCommand(args: Arguments, interruption: Interruption): Promise<number> {
  const demo = demoNamed(String(args.scenario));
  const output = outputSettings(args);
  const actual = typeof args.actual === 'string' ? actualWeights(demo, args.actual) : demo.weights;
  const settings = {
    ...(await readScenarioFile(fileOf(demo))),
    ...(await settingsFromFlags(args)),
  };
  const mesh = await openMesh(demo.service, actual, args);
  try {
    if (args.serve === true) {
      await serve(demo, mesh, actual, interruption.signal);
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
  const short = name.replace(/^asm-/, '').replace(/-(?:60-40|20-80)$/, '');
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
  service: MeshService,
  weights: DemoScenario['weights'],
  args: Arguments,
): Promise<Mesh> {
  const port = args.port;
  if (port !== undefined && !(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65536)) {
    throw new InputError('a port is a number between 1 and 65535', { path: '--port' });
  }
  try {
    return await startMesh({
      service,
      versions: weights.map(({ name, weight }) => ({
        name,
        weight,
        pods: podNames(service, name),
      })),
      balance: args.pinned === true ? 'per-connection' : 'per-request',
      ...(port === undefined ? {} : { port: Number(port) }),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new InputError(`port ${String(port)} is in use: choose another, or none`, {
      path: '--port',
    });
  }
}

async function serve(
  demo: DemoScenario,
  mesh: Mesh,
  weights: DemoScenario['weights'],
  signal: AbortSignal,
): Promise<void> {
  const { data, method, authority } = demo.call;
  const split = weights.map(({ name, weight }) => `${name} ${weight}`).join(', ');
  const header = authority === null ? '' : ` -authority ${authority}`;
  process.stdout.write(
    [
      `The ${demo.service} mesh listens on ${mesh.address} and splits ${split}.`,
      '',
      'Call it:',
      `  grpcurl -plaintext${header} -d '${data}' ${mesh.address} ${method}`,
      'Verify it:',
      `  splitproof verify --scenario ${fileOf(demo)} ${mesh.address}`,
      '',
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
  if (!signal.aborted) await once(signal, 'abort');
}

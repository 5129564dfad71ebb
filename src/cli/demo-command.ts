import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { readScenarioFile } from '../inputs/scenario-file.js';
import type { RunRecord } from '../record/run-record.js';
import { type Format, format } from '../report/formats.js';
import { parseWeights } from '../scenario/weights.js';
import { scenarioOf } from '../scenario/scenario.js';
import type { Settings } from '../scenario/schema.js';
import { COMMAND_HERE } from './command-here.js';
import { type DemoFault, demoFaultNamed } from './demo-fault.js';
import {
  type DemoCertificate,
  demoCertificate,
  type DemoMeshOptions,
  startDemoMesh,
} from './demo-mesh.js';
import { callsToSee } from './demo-proxyless.js';
import { type DemoScenario, DEMOS, EXPLAINED, scenarioFile, SERIES } from './demo-scenarios.js';
import { EXIT, gravestStatus } from './exit-status.js';
import type { Interruption } from './interruption.js';
import type { Arguments } from './arguments.js';
import { noneOf } from './none-of.js';
import { writeNote } from './notes.js';
import { settingsFromFlags } from './settings.js';
import { outputSettings } from './outputs.js';
import { verifyAndReport } from './verify-command.js';

/** `splitproof demo`. @returns The exit status. */
export async function demoCommand(args: Arguments, interruption: Interruption): Promise<number> {
  const name = String(args.scenario);
  const names = Object.hasOwn(SERIES, name) ? SERIES[name] : undefined;
  if (names !== undefined) return await runSeries(name, names, args, interruption);
  return await withMesh(demoNamed(name), args, interruption, async (running) => {
    if (args.serve === true) {
      await serve(running, interruption.signal);
      return EXIT.pass;
    }
    const scenario = scenarioOf(running.settings, 'verify');
    return await verifyAndReport(scenario, outputSettings(args), interruption);
  });
}

/**
 * Runs one demo after the other. Of those that pass the verdict is shown alone.
 *
 * @returns The gravest exit status.
 */
async function runSeries(
  name: string,
  names: readonly string[],
  args: Arguments,
  interruption: Interruption,
): Promise<number> {
  const one = names.find((demo) => demo.endsWith('-paths')) ?? names[0];
  for (const flag of ONE_DEMO_ONLY) {
    if (args[flag] === undefined || args[flag] === false) continue;
    throw new InputError(
      `${name} runs ${names.length} demos one after the other: choose one, such as ${one}`,
      { path: `--${flag}` },
    );
  }
  const whole = outputSettings(args);
  const output = whole.format === 'console' ? { ...whole, shown: BRIEF } : whole;
  const statuses: number[] = [];
  for (const demo of names) {
    // What has been interrupted has a status of its own.
    if (statuses.length > 0 && interruption.signal.aborted) break;
    const known = demoNamed(demo);
    // What leads to one version only is served as it is.
    const own = known.weights.length === 1 ? { ...args, actual: undefined } : args;
    const status = await withMesh(known, own, interruption, ({ settings }) =>
      verifyAndReport(scenarioOf(settings, 'verify'), output, interruption),
    );
    statuses.push(status);
  }
  const asked = EXPLAINED[name];
  if (asked !== undefined && output.format === 'console' && !interruption.signal.aborted) {
    const { explainCommand } = await import('./explain-command.js');
    const question = { scenario: scenarioFile(asked), color: args.color };
    statuses.push(await explainCommand(question, interruption.signal));
  }
  if (output.format === 'console' && !output.quiet) {
    writeNote(`one of them, whole: ${COMMAND_HERE} demo ${one}`);
  }
  return gravestStatus(...statuses);
}

/** Of what passes the verdict says enough. */
const BRIEF: Format = format('txt', async () => {
  const { renderConsole, renderVerdict } = await import('../report/console/console.js');
  return (record: RunRecord, style) =>
    (record.verdict === 'pass' ? renderVerdict : renderConsole)(record, style);
});

/** What is of one demo only. */
const ONE_DEMO_ONLY = ['serve', 'port', 'output'] as const;

/** A demo whose mesh is up. */
interface RunningDemo {
  demo: DemoScenario;
  address: string;
  /** Of the control plane that its pods take their routes from; absent where there is none. */
  controlPlane?: { address: string };
  /** What it serves. */
  weights: DemoScenario['weights'];
  /** Of the authority that vouches for it; null in plaintext. */
  caFile: string | null;
  /** How it is verified. */
  settings: Settings;
}

/** Starts the mesh of a demo for as long as something is done with it. */
async function withMesh(
  demo: DemoScenario,
  args: Arguments,
  { signal }: Interruption,
  action: (running: RunningDemo) => Promise<number>,
): Promise<number> {
  const weights = typeof args.actual === 'string' ? actualWeights(demo, args.actual) : demo.weights;
  const few = callsToSee(faultOf(args));
  const settings = {
    ...(few === null ? {} : { requests: few }),
    ...(await readScenarioFile(scenarioFile(demo.file), signal)),
    ...(await settingsFromFlags(args, signal)),
  };
  const certificate = demo.securedAs === undefined ? null : await demoCertificate(demo.securedAs);
  const told = new Set<string>();
  const mesh = await openMesh(demo, weights, certificate?.own, args, (text, isDetail) => {
    if (args.serve === true) writeNote(text);
    else if (!isDetail) told.add(text);
  });
  const trust = certificate === null ? null : temporaryFile(certificate.authority);
  try {
    const { address, controlPlane } = mesh;
    const target = { target: address, ...(trust === null ? {} : { cacert: trust.file }) };
    const caFile = trust?.file ?? null;
    return await action({
      demo,
      address,
      ...(controlPlane === undefined ? {} : { controlPlane }),
      weights,
      caFile,
      settings: { ...settings, ...target },
    });
  } finally {
    trust?.remove();
    await mesh.close();
    // Beside a report it would stand in the line of its progress.
    if (args.quiet !== true) for (const text of told) writeNote(text);
  }
}

/** What stands in a file for as long as a demo runs. */
function temporaryFile(text: string): { file: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-demo-'));
  const file = path.join(folder, 'authority.pem');
  writeFileSync(file, text);
  return {
    file,
    remove() {
      rmSync(folder, { recursive: true });
    },
  };
}

function demoNamed(name: string): DemoScenario {
  const short = name.replace(/^asm-/, '').replace(/-(?:60-40|20-80|10-40-50|canary)$/, '');
  const demo = Object.hasOwn(DEMOS, short) ? DEMOS[short] : undefined;
  if (demo !== undefined) return demo;
  throw new InputError(noneOf(name, [...Object.keys(DEMOS), ...Object.keys(SERIES)]), {
    path: 'SCENARIO',
  });
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
  tls: DemoCertificate['own'] | undefined,
  args: Arguments,
  tell: DemoMeshOptions['tell'],
): ReturnType<typeof startDemoMesh> {
  const { port = null } = args;
  if (port !== null && !(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65536)) {
    throw new InputError('a port is a number between 1 and 65535', { path: '--port' });
  }
  return await startDemoMesh(demo.application, {
    weights,
    port: port === null ? null : Number(port),
    isPinned: args.pinned === true,
    fault: faultOf(args),
    ...(demo.deployment === undefined ? {} : { deployment: demo.deployment }),
    ...(tls === undefined ? {} : { tls }),
    tell,
  });
}

function faultOf({ fault }: Arguments): DemoFault | null {
  return typeof fault === 'string' ? demoFaultNamed(fault) : null;
}

async function serve(
  { demo, address, controlPlane, weights, caFile }: RunningDemo,
  signal: AbortSignal,
): Promise<void> {
  const split = weights.map(({ name, weight }) => `${name} ${weight}`).join(', ');
  const trust = caFile === null ? '' : ` --cacert ${caFile}`;
  process.stdout.write(
    [
      `The ${demo.application} mesh listens on ${address} and splits ${split}.`,
      ...(controlPlane === undefined
        ? []
        : [`Its control plane is at ${controlPlane.address} (xDS, plaintext).`]),
      '',
      'Call it:',
      `  ${demo.byHand(address, caFile)}`,
      'Verify it:',
      `  ${COMMAND_HERE} verify --scenario ${scenarioFile(demo.file)} ${address}${trust}`,
      '',
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
  if (!signal.aborted) await once(signal, 'abort');
}

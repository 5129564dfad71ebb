// Runs the command for minutes against a mesh whose answers go wrong now and then, and looks whether its memory,
// its descriptors and its processor time per request stay as they are, and whether its account closes.
// usage: npm run soak -- [--seconds 600] [--rps 500] [--json]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RunRecord } from '../src/record/run-record.js';
import { type Mesh, startMesh } from '../src/mesh/mesh.js';
import { podNames } from '../src/mesh/pod-names.js';
import { type Flatness, flatness, medianOf } from './flatness.js';
import { processState, type ProcessState } from './process-state.js';

const MAIN = path.resolve(import.meta.dirname, '../cli/main.js');
const WINDOWS = 24;
/** Of the run, before what is looked at: caches fill, and the engine compiles. */
const SETTLING_SHARE = 0.25;
const LOOK_EVERY_MS = 500;
const FAULT_EVERY_MS = 20_000;
const FAULT_LASTS_MS = 200;
const MIB = 1024 * 1024;
const METHOD = 'helloworld.Greeter/SayHello';
/** Fewer give windows of less than two looks. */
const LEAST_SECONDS = 40;
/** How much longer than the load a run may take. */
const END_GRACE_MS = 60_000;

/** What the process was like at a moment, and how many requests had come by then. */
interface Look extends ProcessState {
  atMs: number;
  served: number;
  /** Processor time of this process, which is the mesh. */
  meshCpuMicros: number;
}

/** A figure of the process, by window. */
interface Figure {
  name: string;
  unit: string;
  windows: number[];
  trend: Flatness;
}

const flags = readFlags();
if (flags !== null) process.exitCode = (await soak(flags)) ? 0 : 1;

async function soak({ seconds, rps, json }: Flags): Promise<boolean> {
  const mesh = await startMesh({
    service: 'greeter',
    versions: [
      { name: 'v1', weight: 60, pods: podNames('greeter', 'v1') },
      { name: 'v2', weight: 40, pods: podNames('greeter', 'v2') },
    ],
  });
  const faults = setInterval(() => {
    mesh.setFault('v2', { kind: 'reset' });
    setTimeout(() => {
      mesh.setFault('v2', null);
    }, FAULT_LASTS_MS);
  }, FAULT_EVERY_MS);
  try {
    const { looks, record } = await watchedRun(mesh, seconds, rps);
    const figures = figuresOf(looks, seconds);
    const problems = [
      ...figures.filter(({ trend }) => !trend.isFlat).map(({ name }) => `${name} grows`),
      ...accountProblems(record, servedBy(mesh)),
    ];
    const { sent, ok, failed } = record.load;
    if (json) process.stdout.write(`${JSON.stringify({ sent, ok, failed, figures, problems })}\n`);
    else process.stdout.write(reportOf(record, figures, problems, seconds));
    return problems.length === 0;
  } finally {
    clearInterval(faults);
    await mesh.close();
  }
}

async function watchedRun(
  mesh: Mesh,
  seconds: number,
  rps: number,
): Promise<{ looks: Look[]; record: RunRecord }> {
  const load = ['-z', `${seconds}s`, '-r', String(rps), '-c', '64', '--connections', '8'];
  const child = spawn(
    process.execPath,
    [MAIN, 'bench', '--plaintext', ...load, '--format', 'json', mesh.address, METHOD],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: seconds * 1000 + END_GRACE_MS },
  );
  const output = text(child.stdout);
  let isOver = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (status) => {
      isOver = true;
      resolve(status);
    });
  });
  const looks: Look[] = [];
  while (!isOver) {
    const look = lookAt(child.pid ?? 0, mesh);
    if (look !== null) looks.push(look);
    await Promise.race([sleep(LOOK_EVERY_MS), exited]);
  }
  const said = await output;
  if (said === '') throw new Error(`no record; exit status ${String(await exited)}`);
  return { looks, record: JSON.parse(said) as RunRecord };
}

/** null when the process has just ended. */
function lookAt(pid: number, mesh: Mesh): Look | null {
  try {
    const { user, system } = process.cpuUsage();
    const atMs = performance.now();
    return { ...processState(pid), atMs, served: servedBy(mesh), meshCpuMicros: user + system };
  } catch {
    return null;
  }
}

function servedBy(mesh: Mesh): number {
  return Object.values(mesh.served()).reduce((sum, served) => sum + served, 0);
}

function figuresOf(looks: readonly Look[], seconds: number): Figure[] {
  const first = looks.find(({ served }) => served > 0);
  if (first === undefined) throw new Error('no request came');
  const startMs = first.atMs + seconds * 1000 * SETTLING_SHARE;
  const windowMs = (seconds * 1000 * (1 - SETTLING_SHARE)) / WINDOWS;
  const windows = Array.from({ length: WINDOWS }, (_, window) => {
    const fromMs = startMs + window * windowMs;
    return looks.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + windowMs);
  }).filter(({ length }) => length >= 2);
  const figure = (
    name: string,
    unit: string,
    of: (own: readonly Look[]) => number,
    allowance: Parameters<typeof flatness>[1],
  ): Figure => {
    const values = windows.map(of);
    return { name, unit, windows: values, trend: flatness(values, allowance) };
  };
  return [
    figure('memory', 'MiB', (own) => medianOf(own.map((look) => look.memoryBytes)) / MIB, {
      growth: 8,
      share: 0.05,
    }),
    figure('descriptors', '', (own) => medianOf(own.map((look) => look.descriptors)), {
      growth: 1,
      share: 0,
    }),
    // What else the machine does makes both slower, and so does its clock.
    figure("processor time per request, in parts of the mesh's", '', cpuRatio, {
      growth: 0,
      share: 0.1,
    }),
  ];
}

function cpuRatio(looks: readonly Look[]): number {
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined) return 0;
  return (last.cpuMicros - first.cpuMicros) / Math.max(1, last.meshCpuMicros - first.meshCpuMicros);
}

function accountProblems({ load }: RunRecord, served: number): string[] {
  const { due, sent, unsent, ok, failed, timedOut, cancelled } = load;
  return [
    ...(due === sent + unsent ? [] : [`${due} due, ${sent} sent and ${unsent} unsent`]),
    ...(sent === ok + failed + timedOut + cancelled ? [] : [`${sent} sent, and other ends`]),
    // A stream that is reset for the fault is given to no pod.
    ...(ok === served ? [] : [`${ok} answered, and the servers say ${served}`]),
    ...(failed > 0 ? [] : ['no request failed, although streams were reset']),
  ];
}

function reportOf(
  { load }: RunRecord,
  figures: readonly Figure[],
  problems: readonly string[],
  seconds: number,
): string {
  const lines = figures.map(({ name, unit, trend: { median, growth, pValue, isFlat } }) => {
    const of = (value: number): string => `${value.toFixed(2)}${unit === '' ? '' : ` ${unit}`}`;
    const sign = growth < 0 ? '' : '+';
    return `  ${isFlat ? 'flat' : 'GROWS'}  ${name}: ${of(median)}, ${sign}${of(growth)} over the windows (p = ${pValue.toPrecision(2)})`;
  });
  const { sent, ok, failed, timedOut, cancelled, unsent, cpuMicrosPerRequest: cpu } = load;
  return [
    `soak of ${seconds} s: ${sent} requests sent, ${ok} ok, ${failed} failed, ${timedOut} timed out, ${cancelled} cancelled, ${unsent} not sent; ${cpu === null ? '-' : cpu.toFixed(0)} µs of processor time for each`,
    ...lines,
    ...(problems.length === 0
      ? ['pass: the account closes, and agrees with the servers to the request']
      : problems.map((problem) => `fail: ${problem}`)),
    '',
  ].join('\n');
}

interface Flags {
  seconds: number;
  rps: number;
  json: boolean;
}

/** null when a flag is wrong, or a part is missing, which has been said. */
function readFlags(): Flags | null {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '600' },
        rps: { type: 'string', default: '500' },
        json: { type: 'boolean', default: false },
      },
    });
    if (!existsSync('/proc/self/statm'))
      throw new Error('it looks at processes in /proc: Linux only');
    return {
      seconds: numberOf('seconds', values.seconds, LEAST_SECONDS),
      rps: numberOf('rps', values.rps, 1),
      json: values.json,
    };
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    process.stderr.write(`soak: ${line}\n`);
    process.exitCode = 2;
    return null;
  }
}

function numberOf(flag: string, given: string, least: number): number {
  const value = Number(given);
  if (/^\d{1,6}$/.test(given) && value >= least) return value;
  throw new Error(`--${flag} ${given}: write a whole number from ${least}`);
}

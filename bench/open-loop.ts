import { readFileSync } from 'node:fs';
import path from 'node:path';
import { median } from 'simple-statistics';
import { type BenchLoad, H2LOAD, SPLITPROOF } from './clients.js';
import { measureProcess } from './measured-process.js';

/** A load client that can send at a given rate and says how long each answer took. */
interface OpenLoopClient {
  name: string;
  isInstalled: () => boolean;
  /** @param logFile Where it may write the latencies. */
  command(
    load: BenchLoad,
    requestsPerSecond: number,
    logFile: string,
  ): [command: string, ...args: string[]];
  latencies(stdout: string, logFile: string): Latencies;
}

interface Latencies {
  requestsPerSecond: number | null;
  p50Ms: number;
  p99Ms: number;
  /** How much later than due it sent, which is in the latency; null where it does not count so. */
  lateP99Ms: number | null;
}

/** What one client saw on one server: medians over the rounds. */
export interface OpenLoopResult extends Latencies {
  client: string;
  requestsPerSecondAsked: number;
}

const SECONDS = 10;
const TIMEOUT_MS = 60_000;
const MICROS_PER_MS = 1000;

export const OPEN_LOOP_CLIENTS: readonly OpenLoopClient[] = [
  {
    name: H2LOAD.name,
    isInstalled: () => H2LOAD.isInstalled(),
    command: (load, requestsPerSecond, logFile) => {
      const [command, ...args] = H2LOAD.command(load);
      const ofOne = String(requestsPerSecond / load.connections);
      return [command, '--rps', ofOne, `--log-file=${logFile}`, ...args];
    },
    latencies: (stdout, logFile) => {
      // One line for each request: when it began, its status, and the microseconds it took.
      const micros = readFileSync(logFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => Number(line.split('\t')[2]))
        .sort((a, b) => a - b);
      const at = (share: number): number =>
        (micros[Math.ceil(micros.length * share) - 1] ?? NaN) / MICROS_PER_MS;
      const requestsPerSecond = H2LOAD.rate(stdout);
      // From when it was sent, late or not: what was never sent in time does not show.
      return { requestsPerSecond, p50Ms: at(0.5), p99Ms: at(0.99), lateP99Ms: null };
    },
  },
  {
    name: SPLITPROOF.name,
    isInstalled: () => true,
    command: (load, requestsPerSecond) => [
      ...SPLITPROOF.command(load),
      ...['--rps', String(requestsPerSecond)],
      // Its code is compiled while it runs; users who care about the first second do the same.
      ...['--warmup', '1s'],
    ],
    latencies: (stdout) => {
      const { calls, load } = JSON.parse(stdout) as {
        calls: [{ latencyMs: { overall: { p50: number; p99: number } } }];
        load: { scheduleSlipMs: { p99: number } };
      };
      const { p50, p99 } = calls[0].latencyMs.overall;
      const lateP99Ms = load.scheduleSlipMs.p99;
      return { requestsPerSecond: SPLITPROOF.rate(stdout), p50Ms: p50, p99Ms: p99, lateP99Ms };
    },
  },
];

/**
 * Measures the latencies that clients see at half of what the server takes in a closed loop, for
 * ten seconds each, in turn.
 *
 * @param folder For files on the way.
 * @param onMeasured Told about each measurement.
 */
export async function runOpenLoop(
  clients: readonly OpenLoopClient[],
  load: BenchLoad,
  rounds: number,
  folder: string,
  onMeasured: (client: string, round: number) => void,
): Promise<OpenLoopResult[]> {
  const [command, ...args] = SPLITPROOF.command(load);
  const capacity = SPLITPROOF.rate((await measureProcess(command, args, TIMEOUT_MS)).stdout) ?? 0;
  // A multiple of the connections: h2load is told the rate of each.
  const perConnection = Math.max(1, Math.floor(capacity / 2 / load.connections));
  const asked = perConnection * load.connections;
  const measured = clients.map((): Latencies[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, client] of clients.entries()) {
      const logFile = path.join(folder, `${client.name}-${round}.log`);
      const [program, ...words] = client.command(
        { ...load, requests: asked * SECONDS },
        asked,
        logFile,
      );
      const { stdout } = await measureProcess(program, words, TIMEOUT_MS);
      measured[index]!.push(client.latencies(stdout, logFile));
      onMeasured(client.name, round);
    }
  }
  return clients.map(({ name }, index) => {
    const own = measured[index]!;
    const late = own.flatMap(({ lateP99Ms }) => lateP99Ms ?? []);
    const rates = own.flatMap(({ requestsPerSecond }) => requestsPerSecond ?? []);
    return {
      client: name,
      requestsPerSecondAsked: asked,
      requestsPerSecond: rates.length === 0 ? null : median(rates),
      p50Ms: median(own.map(({ p50Ms }) => p50Ms)),
      p99Ms: median(own.map(({ p99Ms }) => p99Ms)),
      lateP99Ms: late.length === 0 ? null : median(late),
    };
  });
}

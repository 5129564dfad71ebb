import { table } from '../src/report/console/table.js';
import type { OpenLoopResult } from './open-loop.js';
import type { ClientResult } from './rounds.js';
import type { BenchRow, Targets } from './rows.js';

const STYLE = { width: 80, colour: false };

/** How the clients compare on one server. */
export function roundsTable(
  title: string,
  results: readonly ClientResult[],
  rounds: number,
  { targets, messagesPerRequest }: Pick<BenchRow, 'targets' | 'messagesPerRequest'>,
): string {
  const rows = results.map((result) => [
    result.client,
    number(result.requests, 0),
    number(result.requestsPerSecond, 0),
    number(result.cpuMicrosPerRequest, 2),
    number(result.peakMemoryMiB, 0),
    number(result.rateRatio, 2),
    number(result.cpuRatio, result.cpuRatio < 0.1 ? 3 : 2),
  ]);
  const what = messagesPerRequest === 1 ? 'requests' : 'messages';
  const titles = [what, 'per second', 'CPU µs each', 'MiB', 'rate ×', 'CPU ×'];
  const heading = `${title} (${ofRounds(rounds)}; × is this engine's by the client's)`;
  return [heading, layOut(titles, rows), ...aimedAt(results, targets)].join('\n');
}

/** What is aimed at, beside what came of it. */
function aimedAt(results: readonly ClientResult[], targets: Targets | null): string[] {
  const result = results.find(({ client }) => client === targets?.client);
  if (targets === null || result === undefined) return [];
  const { mostCpu, leastRate, client } = targets;
  const cpu = `CPU × at most ${number(mostCpu, 2)}: ${number(result.cpuRatio, 2)}${mark(result.cpuRatio <= mostCpu)}`;
  const { rateRatio } = result;
  const isQuick = rateRatio !== null && rateRatio >= leastRate;
  const rate = `rate × at least ${number(leastRate, 2)}: ${number(rateRatio, 2)}${mark(isQuick)}`;
  return [`aimed at, by ${client}: ${cpu}; ${rate}`];
}

function mark(isMet: boolean): string {
  return isMet ? ', met' : ', MISSED';
}

/** What latencies the clients saw at one rate. */
export function openLoopTable(
  title: string,
  results: readonly OpenLoopResult[],
  rounds: number,
): string {
  const rows = results.map((result) => [
    result.client,
    number(result.requestsPerSecondAsked, 0),
    number(result.requestsPerSecond, 0),
    number(result.p50Ms, 3),
    number(result.p99Ms, 3),
    number(result.lateP99Ms, 3),
  ]);
  const titles = ['asked per s', 'per second', 'p50 ms', 'p99 ms', 'late p99 ms'];
  return `${title}, at half of its capacity (${ofRounds(rounds)})\n${layOut(titles, rows)}`;
}

function layOut(titles: readonly string[], rows: readonly string[][]): string {
  const columns = [
    { title: 'client', align: 'left' as const },
    ...titles.map((each) => ({ title: each, align: 'right' as const })),
  ];
  return table(columns, rows, STYLE);
}

function ofRounds(rounds: number): string {
  return rounds === 1 ? 'one round' : `medians of ${rounds} rounds`;
}

function number(value: number | null, digits: number): string {
  if (value === null) return '-';
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

import { counted } from '../../number-text.js';
import { entryOf } from '../../record/entry-of.js';
import { labelled } from '../labelled.js';
import { formatCount, formatMs, formatSeconds, formatShare } from '../numbers.js';
import { plainText } from '../plain-text.js';
import type { CallRecord, LatencyRecord, RunRecord, SplitRecord } from '../../record/run-record.js';
import { heading, type Style } from '../style.js';
import { comparisonLines } from './comparisons.js';
import { type Fact, fact } from './fact.js';
import { checkLines, findings, statusLines, thresholdTable, verdict } from './outcome.js';
import { proxyCounterLines } from './proxy-counters.js';
import { shorten } from './shorten.js';
import { forwardLines } from './forwards.js';
import { retryLines } from './retries.js';
import { streamLines } from './streams.js';
import { table } from './table.js';
import { tlsFacts } from '../sentences/tls.js';

/** Renders a load test, in the order in which load tests are read. */
export function renderBench(record: RunRecord, style: Style): string {
  const sections = [
    header(record, style),
    summary(record, style),
    ...labelled(record).flatMap(({ call, label }) => callSections(call, label, record, style)),
    proxyCounterLines(record.proxyCounters, style),
    transport(record, style),
    thresholdTable(record, style),
    comparisonLines(record, style),
    ...findings(record, style),
    verdict(record, style),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function facts(title: string, lines: readonly Fact[], style: Style): string {
  return [heading(title, style), ...lines.map((line) => fact(line, style))].join('\n');
}

function header(record: RunRecord, style: Style): string {
  const { scenario, target, calls, load } = record;
  const name = scenario === null ? '' : ` · ${plainText(scenario)}`;
  const asked = load.requestsPerSecondAsked;
  const loop = asked === null ? '' : `${formatCount(asked)} per second asked for; `;
  const threads = counted(load.workers, 'thread');
  const size = `${counted(load.connections, 'connection')}, ${formatCount(load.concurrency)} in flight, ${threads}`;
  return facts(
    `splitproof bench${name}`,
    [
      ['target', plainText(target)],
      ...[...new Set(calls.map(({ call }) => call))].map((call): Fact => ['call', plainText(call)]),
      ['load', loop + (load.connections === 0 ? 'no connection was opened' : size)],
      ...tlsFacts(record).map(([label, text]): Fact => [label, plainText(text)]),
    ],
    style,
  );
}

function summary(record: RunRecord, style: Style): string {
  const { load, calls } = record;
  const { requestsPerSecond: rate } = load;
  if (load.sent === 0) return '';
  const [only] = calls;
  return facts(
    'Summary',
    [
      ['count', formatCount(load.sent)],
      ['total', formatSeconds(record.durationSeconds)],
      ...(calls.length === 1 && only !== undefined ? extremes(only) : []),
      ['rate', rate === null ? '-' : `${formatCount(rate)} per second`],
      ...(load.excluded > 0
        ? [['before', `${counted(load.excluded, 'request')} not counted`] satisfies Fact]
        : []),
    ],
    style,
  );
}

function extremes({ latencyMs }: CallRecord): Fact[] {
  const { min, mean, max } = latencyMs.overall;
  return [
    ['slowest', `${formatMs(max)} ms`],
    ['fastest', `${formatMs(min)} ms`],
    ['average', `${formatMs(mean)} ms`],
  ];
}

function callSections(
  call: CallRecord,
  label: string | null,
  record: RunRecord,
  style: Style,
): string[] {
  const checks = checkLines(call, style);
  if (call.split === null || call.split.sampled === 0)
    return [checks, statusLines(call, record, style)];
  return [
    label === null ? '' : facts(plainText(label), extremes(call), style),
    distribution(call, style),
    destinations(call.split, call.latencyMs, style),
    checks,
    streamLines(call, style),
    retryLines(call, style),
    forwardLines(call, style),
    statusLines(call, record, style),
  ];
}

const PERCENTILES = [
  ['50 %', 'p50'],
  ['90 %', 'p90'],
  ['95 %', 'p95'],
  ['99 %', 'p99'],
  ['99.9 %', 'p999'],
] as const;

function distribution({ latencyMs }: CallRecord, style: Style): string {
  const lines = PERCENTILES.map(([label, name]): Fact => [
    label,
    `in ${formatMs(latencyMs.overall[name])} ms`,
  ]);
  return facts('Latency', [...lines, ...failedLatency(latencyMs.failed)], style);
}

/** How long failures took, apart: they say nothing of how fast answers are. */
function failedLatency(failed: LatencyRecord | null): Fact[] {
  if (failed === null) return [];
  const { count, p50, p99 } = failed;
  return [
    [
      'failed',
      `${formatCount(count)} besides, 50 % in ${formatMs(p50)} ms, 99 % in ${formatMs(p99)} ms`,
    ],
  ];
}

/** So many pods are listed under a destination; the record has them all. */
const SHOWN_PODS = 10;

function destinations(
  split: SplitRecord,
  latencyMs: CallRecord['latencyMs'],
  style: Style,
): string {
  const room = Math.max(12, style.width - 56);
  const row = (name: string, count: number, latency: LatencyRecord | undefined): string[] => [
    shorten(plainText(name), room),
    formatCount(count),
    split.n === 0 ? '-' : formatShare(count / split.n),
    ...([latency?.mean, latency?.p50, latency?.p99, latency?.max] as const).map((value) =>
      formatMs(value ?? null),
    ),
  ];
  const rows = split.destinations.flatMap(({ name, observed, pods }) => {
    const own = pods.filter((pod) => pod.name !== name).sort((a, b) => b.observed - a.observed);
    const shown = own
      .slice(0, SHOWN_PODS)
      .map((pod) => row(`· ${pod.name}`, pod.observed, entryOf(latencyMs.byPod, pod.name)));
    const rest = own.length - shown.length;
    return [
      row(name, observed, entryOf(latencyMs.byDestination, name)),
      ...shown,
      ...(rest > 0 ? [[`· and ${counted(rest, 'more pod')}`, '', '', '', '', '', '']] : []),
    ];
  });
  if (rows.length === 0) return '';
  const titles = ['answers', 'share', 'mean', 'p50', 'p99', 'max'];
  const columns = [
    { title: 'destination, pod', align: 'left' as const },
    ...titles.map((title) => ({ title, align: 'right' as const })),
  ];
  return `${heading('Who answered, and how fast (ms)', style)}\n${table(columns, rows, style)}`;
}

function transport({ transport: ledger, load }: RunRecord, style: Style): string {
  const resets = Object.entries(ledger.rstStream).map(
    ([code, count]) => `${plainText(code)} ${formatCount(count)}`,
  );
  const counts = [
    counted(ledger.reconnects, 'reconnect'),
    `${formatCount(ledger.goaway)} GOAWAY`,
    `${formatCount(ledger.resent)} sent again`,
    resets.length === 0 ? 'no RST_STREAM' : `RST_STREAM ${resets.join(', ')}`,
  ];
  const limit = ledger.maxConcurrentStreams;
  const { count: waited, totalMs } = load.streamWaits;
  const streams = [
    limit === null ? 'no limit' : `${formatCount(limit)} on a connection at most`,
    ...(waited > 0
      ? [`${counted(waited, 'request')} waited, ${formatMs(totalMs / waited)} ms on average`]
      : []),
  ];
  const { p50, p99, max } = load.scheduleSlipMs;
  return facts(
    'Transport',
    [
      ['ledger', counts.join(', ')],
      ['streams', streams.join('; ')],
      ...(load.loop === 'open'
        ? [
            [
              'slip',
              `sent later than due: p50 ${formatMs(p50)} ms, p99 ${formatMs(p99)} ms, max ${formatMs(max)} ms`,
            ] satisfies Fact,
          ]
        : []),
      ...clientFacts(load),
    ],
    style,
  );
}

/** What the load cost the client; none where there was no load. */
function clientFacts({ threads, cpuMicrosPerRequest: cpu }: RunRecord['load']): Fact[] {
  const busiest = Math.max(0, ...threads.map(({ utilisation }) => utilisation));
  const costs = [
    ...(cpu === null ? [] : [`${cpu.toFixed(1)} µs of processor time per request`]),
    ...(threads.length === 0 ? [] : [`busiest thread ${formatShare(busiest)} busy`]),
  ];
  return costs.length === 0 ? [] : [['client', costs.join(', ')]];
}

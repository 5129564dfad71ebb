import { labelled } from './labelled.js';
import {
  formatCount,
  formatMs,
  formatProbability,
  formatSeconds,
  formatStatistic,
} from '../numbers.js';
import { digits } from '../../number-text.js';
import { entryOf } from '../../record/entry-of.js';
import { plainText } from '../plain-text.js';
import type { CallRecord, RolloutRecord, RunRecord, SplitRecord } from '../../record/run-record.js';
import { paint, type Style, wrap } from '../style.js';
import { renderBench } from './bench.js';
import { comparisonLines } from './comparisons.js';
import { destinationTable, podTable } from './destinations.js';
import { errorLines } from './errors.js';
import { type Fact, fact } from './fact.js';
import { forwardLines, forwardsText } from './forwards.js';
import { checkLines, findings, statusLines, thresholdTable, verdict } from './outcome.js';
import { proxyCounterLines } from './proxy-counters.js';
import { programmedTable } from './programmed.js';
import { reachText } from './reach.js';
import { retryLines } from './retries.js';
import { shorten } from './shorten.js';
import { sourceText } from './source-text.js';
import { stoppedText } from './stopped.js';
import { streamLines } from './streams.js';
import { table } from './table.js';
import { tlsFacts } from './tls.js';
import { voucherText } from './vouchers.js';

/** Renders a run for a terminal, or for a pipe when the style has no colour. */
export function renderConsole(record: RunRecord, style: Style): string {
  if (record.command === 'bench') return renderBench(record, style);
  const sections = [
    header(record, style),
    ...labelled(record).flatMap(({ call, label }) => callSections(call, label, record, style)),
    proxyCounterLines(record.proxyCounters, style),
    thresholdTable(record, style),
    comparisonLines(record, style),
    ...findings(record, style),
    verdict(record, style),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** What a run came to, without what it rests on: for one of several. */
export function renderVerdict(record: RunRecord, style: Style): string {
  const { load, durationSeconds } = record;
  const sent = `${formatCount(load.sent)} requests in ${formatSeconds(durationSeconds)}`;
  return `${paint(style, 'heading', title(record))} · ${sent}\n${verdict(record, style)}\n\n`;
}

function title({ scenario }: RunRecord): string {
  return scenario === null ? 'splitproof' : `splitproof · ${plainText(scenario)}`;
}

function header(record: RunRecord, style: Style): string {
  const { load } = record;
  const rate =
    load.requestsPerSecond === null ? '' : `, ${formatCount(load.requestsPerSecond)} per second`;
  const facts: Fact[] = [
    [
      'target',
      `${plainText(record.target)}${record.via === null ? '' : ` (${plainText(record.via)})`}`,
    ],
    [
      'load',
      `${formatCount(load.sent)} requests in ${formatSeconds(record.durationSeconds)}${rate}; ` +
        `${formatCount(load.connections)} connections, ${formatCount(load.concurrency)} in flight`,
    ],
  ];
  facts.push(...tlsFacts(record));
  const stopped = stoppedText(record);
  if (stopped !== null) facts.push(['stopped', stopped]);
  if (record.rollout !== null) facts.push(['rollout', rolloutText(record.rollout)]);
  if (load.excluded > 0)
    facts.push(['before', `${formatCount(load.excluded)} requests not counted`]);
  return [
    paint(style, 'heading', `${title(record)}${paceText(load)}`),
    ...facts.map((each) => fact(each, style)),
  ].join('\n');
}

/** A pace that was kept stands in the first line: it says how long a run takes. */
function paceText({ atMostPerSecond: rate }: RunRecord['load']): string {
  return rate === null
    ? ''
    : ` · at most ${rate >= 100 ? formatCount(rate) : digits(rate)} per second`;
}

function rolloutText({ followed, waitedSeconds }: RolloutRecord): string {
  const time = formatSeconds(waitedSeconds);
  return followed
    ? `the traffic followed the weights after ${time}; the sample came then`
    : `the traffic did not follow the weights within ${time}; the sample was taken nevertheless`;
}

function probeText({
  connections,
  observed,
  missing,
}: NonNullable<CallRecord['connectionProbe']>): string {
  const answers = Object.entries(observed).map(([name, count]) => `${name} ${formatCount(count)}`);
  if (missing > 0) answers.push(`not known ${formatCount(missing)}`);
  return plainText(
    `${formatCount(connections)} connections of one request each, not counted: ${answers.join(', ')}`,
  );
}

/** Where the answers' destinations are known from. */
function logText(
  { lines, requestsKnown }: NonNullable<CallRecord['accessLog']>,
  { split }: CallRecord,
): string {
  const of = split === null ? '' : ` of ${formatCount(split.sampled)}`;
  const said = `${formatCount(lines)}${of} requests stand in the gateway’s access log, which says where they went`;
  return requestsKnown
    ? `${said}, request by request`
    : `${said}, but not which request was which: latency is not known by destination`;
}

/** Envoy's response flags, by how many lines have them. */
function flagsText(flags: readonly (readonly [flags: string, lines: number])[]): string {
  return plainText(flags.map(([text, lines]) => `${text} ${formatCount(lines)}`).join(', '));
}

function callSections(
  call: CallRecord,
  label: string | null,
  record: RunRecord,
  style: Style,
): string[] {
  const { route, behind, split } = call;
  const about: Fact[] = [['call', plainText(label ?? call.call)]];
  if (label !== null) about.push(['verdict', paint(style, call.verdict, call.verdict)]);
  if (behind !== null) {
    if (behind.frontRoute !== null) about.push(['route', routeText(behind.frontRoute)]);
    about.push(['service', plainText(`${behind.service}, called by what the route leads to`)]);
  }
  if (route !== null) about.push([behind === null ? 'route' : 'split', routeText(route)]);
  if (call.forwards !== undefined) about.push(['through', forwardsText(call.forwards)]);
  if (call.accessLog !== null) {
    about.push(['log', logText(call.accessLog, call)]);
    const flags = Object.entries(call.accessLog.flags ?? {});
    if (flags.length > 0) about.push(['flags', flagsText(flags)]);
  }
  if (call.connectionProbe !== null) about.push(['probe', probeText(call.connectionProbe)]);
  const voucher = split === null ? '' : voucherText(split);
  if (voucher !== '') about.push(['said by', voucher]);
  const reach = split === null ? null : reachText(split);
  if (reach !== null) about.push(['reach', reach]);
  const heading = about.map((each) => fact(each, style)).join('\n');
  if (split === null)
    return [
      heading,
      checkLines(call, style),
      latencyTable(call, style),
      streamLines(call, style),
      retryLines(call, style),
      forwardLines(call, style),
      statusLines(call, record, style),
    ];
  if (split.sampled === 0) return [heading, checkLines(call, style)];
  const sections = [
    heading,
    [paint(style, 'heading', 'Who answered'), destinationTable(split, style)].join('\n'),
  ];
  if (call.programmed !== null) sections.push(programmedTable(call.programmed, split, style));
  if (split.missing > 0) sections.push(missing(split, style));
  sections.push(errorLines(split, style), checkLines(call, style));
  const pods = podTable(split, style);
  if (pods !== '') sections.push([paint(style, 'heading', 'Pods'), pods].join('\n'));
  if (split.test !== null) sections.push(testLines(split.test, call, style));
  sections.push(
    latencyTable(call, style),
    streamLines(call, style),
    retryLines(call, style),
    forwardLines(call, style),
    statusLines(call, record, style),
  );
  return sections;
}

function routeText(route: NonNullable<CallRecord['route']>): string {
  const { rule, match, gatewayPort } = route;
  const port = gatewayPort === null ? '' : `, gateway port ${gatewayPort}`;
  return plainText(`${sourceText(route)}, ${rule} (${match})${port}`);
}

function missing(split: SplitRecord, style: Style): string {
  const { missing: count, unattributed, sampled } = split;
  const unknown =
    unattributed === 0
      ? ''
      : `, ${formatCount(unattributed)} of them answered by pods that are not known`;
  return `  ${wrap(
    `${formatCount(count)} of ${formatCount(sampled)} requests have no known destination${unknown}`,
    style,
    2,
    2,
  )}`;
}

/** What the columns of latencies take. */
const LATENCY_COLUMNS = 50;

/** Exact tests by the record's name of the method. */
const EXACT_TESTS: Record<string, string> = {
  'exact-binomial': 'exact binomial test',
  'exact-multinomial-enumerated': 'exact multinomial test',
  'exact-multinomial-monte-carlo': 'exact multinomial test, simulated',
};

/** Why the p-value that decided is another one than the test's. */
const DECIDED_BY: Record<string, string> = {
  'missing-answers':
    'the largest over every way in which the missing answers may have been divided; the test above leaves them out',
  'clustered-draws':
    'answers on one connection hang together, so chance is measured between connections; the test above takes each answer as drawn by itself',
  connections:
    'each connection stays with one destination, so connections are counted; the test above counts answers',
  calls:
    'all requests of a call stay with one destination, so calls are counted; the test above counts answers',
  'leaning-connections':
    'each connection may lean to a side of its own; the test above takes each answer as drawn by itself',
  'blocks-in-time':
    'answers close in time may hang together, so chance is measured between blocks in send order; the test above takes each answer as drawn by itself',
};

/** The same where an application makes the requests, several a call. */
const DECIDED_BY_CALLS: Record<string, string> = {
  ...DECIDED_BY,
  'clustered-draws':
    'requests of one call, or calls on one connection, hang together, so chance is measured between those; the test above takes each answer as drawn by itself',
  'leaning-connections':
    'each call may lean to a side of its own; the test above takes each answer as drawn by itself',
};

function decidingLines(
  { decidedBy, decidingPValue }: NonNullable<SplitRecord['test']>,
  { forwards }: CallRecord,
): string[] {
  const why = entryOf(forwards === undefined ? DECIDED_BY : DECIDED_BY_CALLS, decidedBy);
  return why === undefined ? [] : [`decided by p = ${formatProbability(decidingPValue)}: ${why}`];
}

function testLines(test: NonNullable<SplitRecord['test']>, call: CallRecord, style: Style): string {
  const df = test.df === 1 ? '1 degree of freedom' : `${test.df} degrees of freedom`;
  const parts = [
    `X² = ${formatStatistic(test.statistic)}, ${df}, p = ${formatProbability(test.pearsonPValue)}`,
    `G = ${formatStatistic(test.gStatistic)}, p = ${formatProbability(test.gPValue)}`,
  ];
  const exact = entryOf(EXACT_TESTS, test.method);
  if (exact !== undefined) {
    const seed = test.seed === null ? '' : ` (seed ${test.seed})`;
    parts.push(`${exact}${seed}: p = ${formatProbability(test.pValue)}`);
  }
  const lines = [parts.join('; '), ...decidingLines(test, call)];
  const text = lines.map((line) => `  ${wrap(line, style, 2, 2)}`).join('\n');
  return `${paint(style, 'heading', 'Test')}\n${text}`;
}

function latencyTable({ latencyMs }: CallRecord, style: Style): string {
  const rows = [
    ...Object.entries(latencyMs.byDestination),
    ['all', latencyMs.overall] as const,
    ...(latencyMs.failed === null ? [] : [['failed', latencyMs.failed] as const]),
  ].map(([name, { count, mean, p50, p90, p99, max }]) => [
    shorten(plainText(name), style.width - LATENCY_COLUMNS),
    formatCount(count),
    ...[mean, p50, p90, p99, max].map(formatMs),
  ]);
  const titles = ['answers', 'mean', 'p50', 'p90', 'p99', 'max'];
  const columns = [
    { title: 'destination', align: 'left' as const },
    ...titles.map((title) => ({ title, align: 'right' as const })),
  ];
  return `${paint(style, 'heading', 'Latency (ms)')}\n${table(columns, rows, style)}`;
}

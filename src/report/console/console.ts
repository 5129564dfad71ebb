import { labelled } from '../labelled.js';
import { formatCount, formatMs, formatSeconds } from '../numbers.js';
import { counted, digits } from '../../number-text.js';
import { plainText } from '../plain-text.js';
import type { CallRecord, RunRecord } from '../../record/run-record.js';
import { heading, paint, type Style } from '../style.js';
import { renderBench } from './bench.js';
import { changeLines } from './change.js';
import { comparisonLines } from './comparisons.js';
import { destinationTable, podTable } from './destinations.js';
import { errorLines } from './errors.js';
import { type Fact, fact } from './fact.js';
import { forwardLines } from './forwards.js';
import { forwardsText } from '../sentences/forwards.js';
import { flagsText, logText, missingText, probeText, routeText } from '../sentences/call.js';
import { rolloutText } from '../sentences/rollout.js';
import { testSentences } from '../sentences/test.js';
import { indented, sentenceSection } from './sentence-section.js';
import { checkLines, findings, statusLines, thresholdTable, verdict } from './outcome.js';
import { proxyCounterLines } from './proxy-counters.js';
import { programmedTable } from './programmed.js';
import { passiveText } from '../sentences/passive.js';
import { reachText } from '../sentences/reach.js';
import { replicaText } from '../sentences/replica.js';
import { retryLines } from './retries.js';
import { shorten } from './shorten.js';
import { stoppedText } from '../sentences/stopped.js';
import { streamLines } from './streams.js';
import { table } from './table.js';
import { tlsFacts } from '../sentences/tls.js';
import { voucherText } from '../sentences/vouchers.js';

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
  const sent = `${counted(load.sent, 'request')} in ${formatSeconds(durationSeconds)}`;
  return `${heading(`${title(record)} · ${sent}`, style)}\n${verdict(record, style)}\n\n`;
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
      record.passive === undefined ? 'load' : 'sent',
      record.passive === undefined
        ? `${counted(load.sent, 'request')} in ${formatSeconds(record.durationSeconds)}${rate}; ` +
          `${counted(load.connections, 'connection')}, ${formatCount(load.concurrency)} in flight`
        : `nothing; ${passiveText(record.passive)}${rate === '' ? '' : ` (${formatSeconds(record.durationSeconds)}${rate})`}`,
    ],
  ];
  for (const [label, text] of tlsFacts(record)) facts.push([label, plainText(text)]);
  const stopped = stoppedText(record);
  if (stopped !== null) facts.push(['stopped', stopped]);
  if (record.rollout !== null) facts.push(['rollout', rolloutText(record.rollout)]);
  if (load.excluded > 0) facts.push(['before', `${counted(load.excluded, 'request')} not counted`]);
  return [
    heading(`${title(record)}${paceText(load)}`, style),
    ...facts.map((each) => fact(each, style)),
  ].join('\n');
}

/** A pace that was kept stands in the first line: it says how long a run takes. */
function paceText({ atMostPerSecond: rate }: RunRecord['load']): string {
  return rate === null
    ? ''
    : ` · at most ${rate >= 100 ? formatCount(rate) : digits(rate)} per second`;
}

function callSections(
  call: CallRecord,
  label: string | null,
  record: RunRecord,
  style: Style,
): string[] {
  const { route, behind, split } = call;
  const { replica } = call;
  // A pod that tells the calls apart has a line of its own.
  const name = label === replica?.pod ? call.call : (label ?? call.call);
  const about: Fact[] = [['call', plainText(name)]];
  if (replica !== undefined) about.push(['replica', plainText(replicaText(replica))]);
  if (label !== null) about.push(['verdict', paint(style, call.verdict, call.verdict)]);
  if (behind !== null) {
    if (behind.frontRoute !== null) about.push(['route', plainText(routeText(behind.frontRoute))]);
    about.push(['service', plainText(`${behind.service}, called by what the route leads to`)]);
  }
  if (route !== null)
    about.push([behind === null ? 'route' : 'split', plainText(routeText(route))]);
  if (call.forwards !== undefined) about.push(['through', plainText(forwardsText(call.forwards))]);
  if (call.accessLog !== null) {
    if (record.passive === undefined) about.push(['log', logText(call.accessLog, call)]);
    const flags = Object.entries(call.accessLog.flags ?? {});
    if (flags.length > 0) about.push(['flags', plainText(flagsText(flags))]);
  }
  if (call.connectionProbe !== null)
    about.push(['probe', plainText(probeText(call.connectionProbe))]);
  const voucher = split === null ? '' : voucherText(split);
  if (voucher !== '') about.push(['said by', voucher]);
  // Whose connections go to which gateway, others' requests do not show.
  const reach = split === null || record.passive !== undefined ? null : reachText(split);
  if (reach !== null) about.push(['reach', reach]);
  const facts = about.map((each) => fact(each, style)).join('\n');
  if (split === null)
    return [
      facts,
      checkLines(call, style),
      latencyTable(call, style),
      streamLines(call, style),
      retryLines(call, style),
      forwardLines(call, style),
      statusLines(call, record, style),
    ];
  if (split.sampled === 0) return [facts, checkLines(call, style)];
  const sections = [
    facts,
    call.change === undefined
      ? [heading('Who answered', style), destinationTable(split, style)].join('\n')
      : changeLines(call, record, style),
  ];
  if (call.programmed !== null) sections.push(programmedTable(call.programmed, split, style));
  if (split.missing > 0) sections.push(indented([missingText(split)], style).join('\n'));
  sections.push(errorLines(split, style), checkLines(call, style));
  const pods = podTable(split, style);
  if (pods !== '') sections.push([heading('Pods', style), pods].join('\n'));
  if (split.test !== null)
    sections.push(sentenceSection('Test', testSentences(split.test, call), style));
  sections.push(
    latencyTable(call, style),
    streamLines(call, style),
    retryLines(call, style),
    forwardLines(call, style),
    statusLines(call, record, style),
  );
  return sections;
}

/** What the columns of latencies take. */
const LATENCY_COLUMNS = 50;

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
  return `${heading('Latency (ms)', style)}\n${table(columns, rows, style)}`;
}

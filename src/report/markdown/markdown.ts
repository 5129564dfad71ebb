import { aboutCall } from '../../record/call-labels.js';
import { entryOf } from '../../record/entry-of.js';
import type { CallRecord, RunRecord, SplitRecord } from '../../record/run-record.js';
import { atMost } from '../at-most.js';
import { renderConsole } from '../console/console.js';
import { destinationColumns } from '../destination-columns.js';
import { labelled } from '../labelled.js';
import { noticesOf } from '../notices.js';
import { formatCount, formatMs, formatShare } from '../numbers.js';
import { CHANGE_TITLE, changeSentences } from '../sentences/change.js';
import { thresholdText } from '../sentences/threshold.js';
import { bounded, type Part } from './bounded.js';
import { markdownName, markdownText } from './escape.js';
import { detailsPart, findingsPart, LIMIT, NAME_LENGTH, TEXT_LENGTH } from './parts.js';
import { tablePart } from './table.js';

const ICONS: Readonly<Record<RunRecord['verdict'], string>> = {
  pass: '✅',
  fail: '❌',
  inconclusive: '⚠️',
};

const THRESHOLDS = new Map<boolean | null, string>([
  [true, '✅ kept'],
  [false, '❌ not kept'],
  [null, '⚠️ cannot be said'],
]);

/** Renders a run for a comment on GitHub, or the summary of a job: what was decided first, the rest folded. */
export function renderMarkdown(record: RunRecord): string {
  return bounded(
    [
      verdictPart(record),
      ...labelled(record).flatMap(({ call, label }) => callParts(call, label, record)),
      thresholdsPart(record),
      findingsPart(noticesOf(record.findings)),
      footer(record),
      detailsPart((style) => renderConsole(record, style)),
    ],
    LIMIT,
  );
}

function verdictPart({ verdict, command, scenario, target, reasons }: RunRecord): Part {
  const of = markdownName(atMost(scenario ?? target, NAME_LENGTH));
  const lines = reasons.map(({ call, text }) =>
    markdownText(atMost(aboutCall(call, text), TEXT_LENGTH)),
  );
  return {
    of: 'reasons',
    before: `## ${ICONS[verdict]} ${verdict.toUpperCase()}: ${command} of ${of}\n\n`,
    items:
      lines.length === 1 ? lines.map((line) => `${line}\n`) : lines.map((line) => `- ${line}\n`),
    after: '\n',
  };
}

function callParts(call: CallRecord, label: string | null, record: RunRecord): Part[] {
  const { split, checks, verdict, change } = call;
  const { command } = record;
  const heading =
    label === null
      ? ''
      : `### ${ICONS[verdict]} ${markdownName(atMost(label, NAME_LENGTH))}: ${verdict}\n\n`;
  const expected: Part = {
    of: 'expectations',
    before: '',
    items: checks.map(
      ({ kind, verdict: own, text }) =>
        `- ${ICONS[own]} ${own}: ${markdownText(atMost(`${kind}: ${text}`, TEXT_LENGTH))}\n`,
    ),
    after: '\n',
  };
  const title: Part = { of: 'calls', before: '', items: [heading], after: '' };
  if (split === null || split.sampled === 0) return [title, expected];
  const table = command === 'bench' ? speedTable(split, call) : splitTable(split);
  // The weights of one side say nothing of both together.
  if (change !== undefined) return [title, changePart(change, record), expected];
  return [title, table, expected];
}

function changePart(change: NonNullable<CallRecord['change']>, record: RunRecord): Part {
  return {
    of: 'lines of the change',
    before: `**${CHANGE_TITLE}**\n\n`,
    items: changeSentences(change, record).map(
      (line) => `- ${markdownText(atMost(line, TEXT_LENGTH))}\n`,
    ),
    after: '\n',
  };
}

function splitTable(split: SplitRecord): Part {
  const columns = destinationColumns(split);
  return tablePart(
    'destinations',
    ['destination', ...columns.map(({ title }) => title)],
    split.destinations.map((destination) => [
      markdownName(atMost(destination.name, NAME_LENGTH)),
      ...columns.map(({ cell }) => cell(destination)),
    ]),
  );
}

/** How fast each destination answered, which is what a load test is about. */
function speedTable(split: SplitRecord, { latencyMs }: CallRecord): Part {
  const rows = split.destinations.map(({ name, observed }) => ({
    name: markdownName(atMost(name, NAME_LENGTH)),
    count: observed,
    latency: entryOf(latencyMs.byDestination, name),
  }));
  const all = { name: 'all', count: latencyMs.overall.count, latency: latencyMs.overall };
  return tablePart(
    'destinations',
    ['destination', 'answers', 'share', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'],
    [...rows, all].map(({ name, count, latency }, index) => [
      name,
      formatCount(count),
      index === rows.length || split.n === 0 ? '-' : formatShare(count / split.n),
      ...([latency?.p50, latency?.p90, latency?.p99, latency?.max] as const).map((value) =>
        formatMs(value ?? null),
      ),
    ]),
  );
}

function thresholdsPart({ thresholds }: RunRecord): Part {
  return tablePart(
    'thresholds',
    ['threshold', 'observed', ''],
    thresholds.map((threshold) => [
      markdownName(atMost(threshold.expression, NAME_LENGTH)),
      thresholdText(threshold),
      THRESHOLDS.get(threshold.ok) ?? '',
    ]),
  );
}

function footer({ tool, target, runId, startedAt }: RunRecord): Part {
  const text = `${tool.name} ${tool.version} · ${target} · ${startedAt} · run ${runId}`;
  return {
    of: 'footers',
    before: '<sub>',
    items: [markdownText(atMost(text, TEXT_LENGTH))],
    after: '</sub>\n\n',
  };
}

import type { DestinationRecord, SplitRecord } from '../../record/run-record.js';
import { formatCount, formatExpected, formatShare, formatTolerance } from '../numbers.js';
import { name } from './foreign.js';
import { type Content, type Html, html } from './markup.js';
import { folded } from './section.js';
import { key } from './series.js';
import { type Column, tableElement } from './table.js';

/** Rows of tables; the record has all. */
const MOST_ROWS = 200;

/** What was configured, and what came. */
export function destinationTable(split: SplitRecord): Html {
  const { destinations, n, alpha } = split;
  const confidence = Number(((1 - alpha) * 100).toFixed(4));
  const isExpected = destinations.some(({ weight }) => weight !== null);
  const shown = COLUMNS.filter(({ isOfWeights }) => isExpected || isOfWeights !== true);
  return tableElement({
    caption: 'What was configured, and who answered',
    columns: [
      { title: 'destination' },
      ...shown.map(({ title }) => ({
        title: title === INTERVAL ? `${confidence} % interval` : title,
        isNumber: true,
      })),
    ],
    rows: destinations
      .slice(0, MOST_ROWS)
      .map((destination, index) => [
        key(index, destination.name),
        ...shown.map(({ cell }) => cell(destination, n)),
      ]),
    ...leftOut(destinations.length, 'destinations'),
  });
}

const INTERVAL = 'interval';

const COLUMNS: readonly (Column & {
  /** Only where something was expected. */
  isOfWeights?: true;
  cell: (of: DestinationRecord, n: number) => string;
})[] = [
  { title: 'weight', isOfWeights: true, cell: ({ weight }) => String(weight ?? '-') },
  {
    title: 'expected',
    isOfWeights: true,
    cell: ({ expectedShare }, n) =>
      expectedShare === null ? '-' : formatExpected(expectedShare * n),
  },
  { title: 'observed', cell: ({ observed }) => formatCount(observed) },
  { title: 'share', cell: ({ share }) => (share === null ? '-' : formatShare(share)) },
  {
    title: INTERVAL,
    cell: ({ interval }) =>
      interval === null ? '-' : interval.map((end) => (end * 100).toFixed(2)).join(' – '),
  },
  {
    title: 'tolerance',
    isOfWeights: true,
    cell: ({ tolerance }) => (tolerance === null ? '-' : formatTolerance(tolerance)),
  },
  { title: 'failed', cell: ({ failed }) => formatCount(failed) },
  { title: 'replicas', isOfWeights: true, cell: ({ replicas }) => String(replicas ?? '-') },
];

/** A sentence where a list is longer than what is shown of it. */
export function leftOut(length: number, what: string): { note?: string } {
  return length <= MOST_ROWS
    ? {}
    : {
        note: `${formatCount(length - MOST_ROWS)} more ${what} are left out here; the record has them.`,
      };
}

/** The pods that answered, folded; nothing where none says which it is. */
export function podTable(split: SplitRecord): Content {
  const rows = split.destinations.flatMap((destination, index) =>
    [...destination.pods]
      .sort((a, b) => b.observed - a.observed)
      .map((pod) => [
        name(pod.name),
        key(index, destination.name),
        formatCount(pod.observed),
        formatShare(destination.observed === 0 ? 0 : pod.observed / destination.observed),
      ]),
  );
  for (const pod of split.unknownPods) {
    rows.push([name(pod.name), html`no destination`, formatCount(pod.observed), '-']);
  }
  if (rows.length === 0) return null;
  return folded(
    rows.length === 1 ? '1 pod answered' : `${formatCount(rows.length)} pods answered`,
    tableElement({
      caption: 'Pods that answered',
      columns: [
        { title: 'pod' },
        { title: 'destination' },
        { title: 'answers', isNumber: true },
        { title: 'of the destination’s', isNumber: true },
      ],
      rows: rows.slice(0, MOST_ROWS),
      ...leftOut(rows.length, 'pods'),
    }),
  );
}

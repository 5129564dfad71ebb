import { counted } from '../../number-text.js';
import type { DestinationRecord, SplitRecord } from '../../record/run-record.js';
import { destinationColumns } from '../destination-columns.js';
import { formatCount, formatShare } from '../numbers.js';
import { name } from './foreign.js';
import { type Content, type Html, html } from './markup.js';
import { folded } from './section.js';
import { key } from './series.js';
import { leftOut, MOST_ROWS, tableElement } from './table.js';

/** Columns of what was expected. */
const OF_WEIGHTS = ['weight', 'expected', 'interval', 'tolerance', 'replicas'];

/** What was configured, and what came. */
export function destinationTable(split: SplitRecord): Html {
  const { destinations } = split;
  const isExpected = destinations.some(({ weight }) => weight !== null);
  const columns = [
    ...destinationColumns(split),
    { title: 'failed', cell: ({ failed }: DestinationRecord) => formatCount(failed) },
    { title: 'replicas', cell: ({ replicas }: DestinationRecord) => String(replicas ?? '-') },
  ].filter(({ title }) => isExpected || !OF_WEIGHTS.some((own) => title.endsWith(own)));
  return tableElement({
    caption: isExpected ? 'What was configured, and who answered' : 'Who answered',
    columns: [{ title: 'destination' }, ...columns.map(({ title }) => ({ title, isNumber: true }))],
    rows: destinations
      .slice(0, MOST_ROWS)
      .map((destination, index) => [
        key(index, destination.name),
        ...columns.map(({ cell }) => cell(destination)),
      ]),
    ...leftOut(destinations.length, 'destinations'),
  });
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
    `${counted(rows.length, 'pod')} answered`,
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

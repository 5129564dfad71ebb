import { destinationColumns } from '../destination-columns.js';
import { formatCount, formatShare } from '../numbers.js';
import { plainText } from '../plain-text.js';
import type { SplitRecord } from '../../record/run-record.js';
import type { Style } from '../style.js';
import { MAX_NAME, shorten } from './shorten.js';
import { ALL_COLUMNS_WIDTH, table } from './table.js';

/** What the other columns take, all of them or the few. */
const COLUMNS = { all: 68, few: 43 };

/** One row for each destination: what was configured, and what came. */
export function destinationTable(split: SplitRecord, style: Style): string {
  const hasRoom = style.width >= ALL_COLUMNS_WIDTH;
  const room = style.width - (hasRoom ? COLUMNS.all : COLUMNS.few);
  const shown = destinationColumns(split).filter(({ isExtra }) => isExtra !== true || hasRoom);
  return table(
    [
      { title: 'destination', align: 'left' },
      ...shown.map(({ title }) => ({ title, align: 'right' as const })),
    ],
    split.destinations.map((destination) => [
      shorten(plainText(destination.name), room),
      ...shown.map(({ cell }) => cell(destination)),
    ]),
    style,
  );
}

/** So many pods are listed under a destination; the record has them all. */
const SHOWN_PODS = 10;

/** The pods of each destination that answered; empty when none did. */
export function podTable(split: SplitRecord, style: Style): string {
  const rows = split.destinations.flatMap((destination) => {
    const pods = [...destination.pods].sort((a, b) => b.observed - a.observed);
    const shown = pods
      .slice(0, SHOWN_PODS)
      .map((pod, index) => [
        index === 0 ? shorten(plainText(destination.name), MAX_NAME) : '',
        shorten(plainText(pod.name), Math.max(20, style.width - 40)),
        formatCount(pod.observed),
        formatShare(destination.observed === 0 ? 0 : pod.observed / destination.observed),
      ]);
    const rest = pods.slice(SHOWN_PODS);
    if (rest.length > 0) {
      const answers = rest.reduce((sum, pod) => sum + pod.observed, 0);
      shown.push(['', `and ${rest.length} more`, formatCount(answers), '']);
    }
    return shown;
  });
  if (rows.length === 0) return '';
  return table(
    [
      { title: 'destination', align: 'left' },
      { title: 'pod', align: 'left' },
      { title: 'answers', align: 'right' },
      { title: 'of these', align: 'right' },
    ],
    rows,
    style,
  );
}

import { formatCount, formatExpected, formatShare, formatTolerance } from '../numbers.js';
import { plainText } from '../plain-text.js';
import type { DestinationRecord, SplitRecord } from '../run-record.js';
import type { Style } from '../style.js';
import { MAX_NAME, shorten } from './shorten.js';
import { table } from './table.js';

/** One row for each destination: what was configured, and what came. */
export function destinationTable(split: SplitRecord, style: Style): string {
  const room = Math.max(MAX_NAME, style.width - 66);
  const rows = split.destinations.map((destination) => [
    shorten(plainText(destination.name), room),
    destination.weight === null ? '-' : String(destination.weight),
    destination.expectedShare === null ? '-' : formatExpected(destination.expectedShare * split.n),
    formatCount(destination.observed),
    destination.share === null ? '-' : formatShare(destination.share),
    interval(destination),
    destination.tolerance === null ? '-' : formatTolerance(destination.tolerance),
  ]);
  const confidence = trim((1 - split.alpha) * 100);
  return table(
    [
      { title: 'destination', align: 'left' },
      { title: 'weight', align: 'right' },
      { title: 'expected', align: 'right' },
      { title: 'observed', align: 'right' },
      { title: 'share', align: 'right' },
      { title: `${confidence} % interval`, align: 'right' },
      { title: 'tolerance', align: 'right' },
    ],
    rows,
    style,
  );
}

function interval({ interval: bounds }: DestinationRecord): string {
  if (bounds === null) return '-';
  const [low, high] = bounds;
  return `${(low * 100).toFixed(2)} – ${(high * 100).toFixed(2)}`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** So many pods are listed under a destination; the record has them all. */
const SHOWN_PODS = 10;

/** The pods of each destination that answered; empty when nobody did. */
export function podTable(split: SplitRecord, style: Style): string {
  const rows = split.destinations.flatMap((destination) => {
    const pods = [...destination.pods].sort((a, b) => b.observed - a.observed);
    const shown = pods
      .slice(0, SHOWN_PODS)
      .map((pod, index) => [
        index === 0 ? shorten(plainText(destination.name), MAX_NAME) : '',
        shorten(plainText(pod.name), Math.max(40, style.width - 40)),
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

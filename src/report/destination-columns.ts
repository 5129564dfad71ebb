import type { DestinationRecord, SplitRecord } from '../record/run-record.js';
import { formatCount, formatExpected, formatShare, formatTolerance } from './numbers.js';

/** One thing that is known of every destination. */
interface DestinationColumn {
  title: string;
  /** Left out where there is little room. */
  isExtra?: boolean;
  cell: (of: DestinationRecord) => string;
}

/** What was configured for the destinations of a split, and what came, in the order of reading. */
export function destinationColumns(split: SplitRecord): DestinationColumn[] {
  return [
    {
      title: 'weight',
      cell: ({ weight }) => (weight === null ? '-' : String(weight)),
    },
    {
      title: 'expected',
      isExtra: true,
      cell: ({ expectedShare }) =>
        expectedShare === null ? '-' : formatExpected(expectedShare * split.n),
    },
    { title: 'observed', cell: ({ observed }) => formatCount(observed) },
    { title: 'share', cell: ({ share }) => (share === null ? '-' : formatShare(share)) },
    { title: `${confidence(split)} % interval`, isExtra: true, cell: interval },
    {
      title: 'tolerance',
      cell: ({ tolerance }) => (tolerance === null ? '-' : formatTolerance(tolerance)),
    },
  ];
}

function confidence({ alpha }: SplitRecord): number {
  return Number(((1 - alpha) * 100).toFixed(4));
}

function interval({ interval: bounds }: DestinationRecord): string {
  if (bounds === null) return '-';
  const [low, high] = bounds;
  return `${(low * 100).toFixed(2)} – ${(high * 100).toFixed(2)}`;
}

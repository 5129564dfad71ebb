import type { CallRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';
import { plainText } from '../plain-text.js';
import { attemptMatrix, retrySentences } from '../sentences/retries.js';
import { heading, type Style } from '../style.js';
import { indented } from './sentence-section.js';
import { shorten } from './shorten.js';
import { table } from './table.js';

type Retries = NonNullable<CallRecord['retries']>;

const COLUMN_WIDTH = 11;

/** How often the gateway tried, and which failures remain; nothing where nothing is known of it. */
export function retryLines({ retries }: CallRecord, style: Style): string {
  if (retries === undefined) return '';
  return [
    heading('Attempts', style),
    ...(retries.said === 0 ? [] : [attemptTable(retries, style)]),
    ...indented(retrySentences(retries), style),
  ].join('\n');
}

function attemptTable(retries: Retries, style: Style): string {
  const { titles, rows } = attemptMatrix(retries);
  const room = style.width - COLUMN_WIDTH * titles.length;
  return table(
    [
      { title: 'attempts', align: 'left' as const },
      ...titles.map((title) => ({ title, align: 'right' as const })),
    ],
    rows.map(({ name, counts }) => [shorten(plainText(name), room), ...counts.map(formatCount)]),
    style,
  );
}

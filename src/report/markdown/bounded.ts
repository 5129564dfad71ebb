import { counted } from '../../number-text.js';
import { formatCount } from '../numbers.js';

/** A piece of a document, which may lose items where there is no room for all. */
export interface Part {
  /** What its items are, in the plural. */
  of: string;
  before: string;
  items: readonly string[];
  after: string;
}

/** What is kept for the sentence that says what was left out. */
const RESERVED = 600;

/**
 * Joins parts to one document that is no longer than a limit, the first ones first, and says at its end
 * what was left out.
 *
 * @param limit UTF-16 units.
 */
export function bounded(parts: readonly Part[], limit: number): string {
  let room = limit - RESERVED;
  const shown: string[] = [];
  const left = new Map<string, number>();
  for (const { of, before, items, after } of parts) {
    room -= before.length + after.length;
    const fitting: string[] = [];
    for (const item of room < 0 ? [] : items) {
      if (item.length > room) break;
      room -= item.length;
      fitting.push(item);
    }
    if (fitting.length < items.length) {
      left.set(of, (left.get(of) ?? 0) + items.length - fitting.length);
    }
    if (fitting.length > 0) shown.push(`${before}${fitting.join('')}${after}`);
    else room += before.length + after.length;
  }
  if (left.size === 0) return shown.join('');
  const counts = [...left].map(([of, count]) => `${formatCount(count)} ${of}`).join(', ');
  return `${shown.join('')}\nLeft out, for comments on GitHub hold ${counted(limit, 'character')}: ${counts}.\n`;
}

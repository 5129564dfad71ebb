import { counted } from '../number-text.js';
import { distance } from 'fastest-levenshtein';

/** As many names help; of more the rest is counted. */
const MOST_NAMED = 8;

/**
 * Names that there are, for one that there is not: those that are spelt alike first.
 *
 * @param name As it was written.
 * @returns `pod_name, node, … and 4 others`; `none` where there are none.
 */
export function nearestFirst(name: string, names: readonly string[]): string {
  const ranked = [...names].sort((a, b) => strangeness(name, a) - strangeness(name, b));
  const others = ranked.length - MOST_NAMED;
  const shown = ranked.slice(0, others === 1 ? undefined : MOST_NAMED).join(', ');
  if (shown === '') return 'none';
  return others > 1 ? `${shown} and ${counted(others, 'other')}` : shown;
}

/** How unlike two names are, from 0 to 1: capitals and what separates words do not count, and a part is near. */
function strangeness(written: string, name: string): number {
  const [a, b] = [bare(written), bare(name)];
  const edits = distance(a, b) / Math.max(a.length, b.length, 1);
  return a !== '' && (b.includes(a) || (b !== '' && a.includes(b))) ? edits / 2 : edits;
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

import { createHash } from 'node:crypto';
import type { Asked } from '../record/asked.js';

/** What one verdict is about. */
export interface VerdictKey {
  scenario: string;
  /** What is rolled out. */
  revision: string;
  /** Of the roll-out: as it was given, or a digest of what is expected. */
  step: string;
}

const ID_DIGITS = 32;
const STEP_DIGITS = 16;

/** What a verdict is called: the same for the same key, and safe as the name of a file. */
export function idOf({ scenario, revision, step }: VerdictKey): string {
  return digest([scenario, revision, step]).slice(0, ID_DIGITS);
}

/**
 * A step for those who do not name theirs: a digest of the routes that are expected and their weights, so
 * that other weights are another question.
 *
 * @returns null where weights are known only while the run goes on.
 */
export function expectedStep({ calls }: Pick<Asked, 'calls'>): string | null {
  const isKnown = calls.every(({ destinations }) =>
    destinations.every(({ weight }) => weight !== null),
  );
  if (!isKnown) return null;
  const expected = calls.map(({ name, route, behind, destinations, aborts }) => [
    name,
    route === null ? null : [route.source, route.rule],
    behind?.service ?? null,
    destinations.map(({ name: destination, weight }) => [destination, weight]),
    aborts?.share ?? 0,
  ]);
  return `expects-${digest(expected).slice(0, STEP_DIGITS)}`;
}

function digest(plain: unknown): string {
  return createHash('sha256').update(JSON.stringify(plain)).digest('hex');
}

import { TOOL } from '../tool.js';

/** Which requests of a run these are, where its log has to tell them apart. */
export interface RequestsOfRun {
  runId: string;
  /** `/warm-up`, `/wait-1`, `/2`; empty for the sample of a run with one call. */
  part: string;
}

/** What the user agent of every request begins with. */
const PRODUCT = `${TOOL.name}/${TOOL.version}`;

/**
 * The user agent of a run's requests: `splitproof/1.0.0 RUNID`.
 *
 * @param added What the user wants to have in it, too; null for nothing.
 */
export function runUserAgent({ runId, part }: RequestsOfRun, added: string | null): string {
  return `${PRODUCT} ${runId}${part}${added === null ? '' : ` ${added}`}`;
}

/**
 * Finds which requests of which run a user agent names.
 *
 * @returns `RUNID`, with the part behind it; null for the user agent of anything else.
 */
export function requestsNamedBy(userAgent: string): string | null {
  if (!userAgent.startsWith(`${PRODUCT} `)) return null;
  const end = userAgent.indexOf(' ', PRODUCT.length + 1);
  return userAgent.slice(PRODUCT.length + 1, end < 0 ? undefined : end);
}

/** Finds the same in a line of a log that cannot be taken apart. */
export function requestsNamedIn(line: string): string | null {
  const at = line.indexOf(`${PRODUCT} `);
  if (at < 0) return null;
  return /^[\w.:@=/-]+/.exec(line.slice(at + PRODUCT.length + 1))?.[0] ?? null;
}

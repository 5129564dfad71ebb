import type { Place } from '../finding.js';
import { CLUSTER_PLACE, STANDARD_INPUT } from '../input-error.js';
import type { Style } from './style.js';

/** What stands where a file would, and is none. */
const NO_FILES: readonly string[] = [STANDARD_INPUT, 'command line'];

/** The file that something stands in, as programs find it; null where it stands in none. */
export function fileOf(place: Place | null, { nameFile }: Style): string | null {
  const file = place?.file ?? null;
  if (file === null || NO_FILES.includes(file) || file.startsWith(CLUSTER_PLACE)) return null;
  return isAddress(file) || nameFile === undefined ? file : nameFile(file);
}

/** Whether it was read from a server. */
export function isAddress(file: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(file);
}

import type { Policy } from '../scenario/policy-schema.js';
import { readText } from './read-text.js';

const MAX_BYTES = 1024 * 1024;

/**
 * Reads a policy.
 *
 * @param file Path of the YAML or JSON file.
 * @param flag What names it, for messages: `--policy`.
 * @param signal Gives up when it aborts.
 * @throws InputError with file, line and key for everything that is wrong with it.
 */
export async function readPolicy(
  file: string,
  flag: string,
  signal?: AbortSignal,
): Promise<Policy> {
  const { name, text } = await readText({
    from: file,
    what: 'a policy',
    flag,
    maxBytes: MAX_BYTES,
    signal,
  });
  // YAML is loaded only where there is some.
  const { parsePolicy } = await import('../scenario/policy.js');
  return parsePolicy(text, name);
}

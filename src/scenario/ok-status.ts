import { InputError } from '../input-error.js';

/** Ranges of HTTP statuses, both ends included. */
export type OkStatuses = (readonly [number, number])[];

/**
 * Reads `--ok-status`.
 *
 * @param text `200,404,3xx,500-503`.
 * @throws InputError when it is malformed.
 */
export function parseOkStatuses(text: string): OkStatuses {
  return text.split(',').map((part) => {
    const [, one, to, hundred] =
      /^\s*(?:([1-5]\d\d)(?:-([1-5]\d\d))?|([1-5])xx)\s*$/i.exec(part) ?? [];
    if (hundred !== undefined) return [Number(hundred) * 100, Number(hundred) * 100 + 99];
    const range = [Number(one), Number(to ?? one)] as const;
    if (one === undefined || range[0] > range[1]) {
      throw new InputError(`"${part}" is no HTTP status: write such as 200,404,3xx or 500-503`, {
        path: '--ok-status',
      });
    }
    return range;
  });
}

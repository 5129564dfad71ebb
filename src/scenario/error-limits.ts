import { InputError } from '../input-error.js';

/** What part of the requests may fail. */
export interface ErrorLimits {
  /** Of all, and of each destination that is not named, 0..1. */
  maxErrorRate: number;
  /** Of single destinations, by name. */
  byDestination: Record<string, number>;
}

const FORMS = "write a share of 1 ('0.01'), per cent ('1%'), or by name ('v2=0.5%', '1%,v2=0.5%')";
const LIMITS = { path: '--max-error-rate' };
const SHOWN = { path: '--error-rate-shown' };

/**
 * Reads `--max-error-rate`.
 *
 * @param text `0.01`, `1%`, `v2=0.5%`, `1%,v1=0.2%,v2=0.5%`.
 * @param usual What holds where only single destinations are named.
 * @throws InputError when it is none of these.
 */
export function parseErrorLimits(text: string, usual: number): ErrorLimits {
  const byDestination = new Map<string, number>();
  let all: number | null = null;
  for (const part of text.split(',')) {
    const [, name, rate = ''] = /^\s*(?:([^=]+?)\s*=)?([^=]*)$/.exec(part) ?? [];
    const limit = shareOf(rate);
    if (limit === null) {
      throw new InputError(
        `'${part.trim()}' is not an error rate: ${bareHint(rate, name) ?? FORMS}`,
        LIMITS,
      );
    }
    if (name === undefined ? all !== null : byDestination.has(name)) {
      const whose = name === undefined ? 'all destinations are' : `'${name}' is`;
      throw new InputError(`${whose} given two error rates`, LIMITS);
    }
    if (name === undefined) all = limit;
    else byDestination.set(name, limit);
  }
  return { maxErrorRate: all ?? usual, byDestination: Object.fromEntries(byDestination) };
}

/**
 * Reads `--error-rate-shown`.
 *
 * @param text `0.02` or `2%`.
 * @returns A share above 0 and below 1.
 * @throws InputError when it is something else.
 */
export function parseErrorRateShown(text: string): number {
  const share = shareOf(text);
  if (share === null || share <= 0 || share >= 1) {
    throw new InputError(
      `'${text.trim()}' is not an error rate that can be excluded: ${bareHint(text) ?? "write per cent above 0 and below 100 ('2%'), or a share of 1 ('0.02')"}`,
      SHOWN,
    );
  }
  return share;
}

/** What to write for a number above 1 without a unit, which is no share; null where the text is something else. */
function bareHint(text: string, name?: string): string | null {
  const [, number] = /^\s*(\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  if (number === undefined || !(Number(number) > 1 && Number(number) <= 100)) return null;
  const own = name === undefined ? '' : `${name}=`;
  return `a number without a unit is a share from 0 to 1; for ${number} per cent write '${own}${number}%' or '${own}${Number(`${number}e-2`)}'`;
}

/** A share of 1 from `0.01` or `1%`; null where it is neither. */
function shareOf(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)(?:e-(\d+))?\s*(%)?\s*$/i.exec(text);
  if (match === null) return null;
  const [, digits = '', exponent = '0', unit] = match;
  const value = Number(`${digits}e-${Number(exponent) + (unit === '%' ? 2 : 0)}`);
  return value <= 1 ? value : null;
}

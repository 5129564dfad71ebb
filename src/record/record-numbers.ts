import * as z from 'zod';

/** More cannot be measured: thirty years, in seconds and in ms. */
const MAX_SECONDS = 1e9;
const MAX_MS = 1e12;
const MAX_WEIGHT = 1e12;

const MAX_SHOWN = 40;

const isNot = (what: string) => ({
  error: ({ input }: { input?: unknown }) => `${shown(input)} is not ${what}`,
});

/** How many. */
export const count = z.int(isNot('a count')).min(0, isNot('a count'));
/** A share or a probability. */
export const share = z.number(isNot('a share')).min(0, isNot('a share')).max(1, isNot('a share'));
export const weight = z
  .number(isNot('a weight'))
  .min(0, isNot('a weight'))
  .max(MAX_WEIGHT, isNot('a weight'));
export const seconds = z
  .number(isNot('a number of seconds'))
  .min(0, isNot('a number of seconds'))
  .max(MAX_SECONDS, isNot('a number of seconds'));
export const milliseconds = z
  .number(isNot('a number of ms'))
  .min(0, isNot('a number of ms'))
  .max(MAX_MS, isNot('a number of ms'));
/** A moment in ms since 1970: what dates can hold (ECMA-262, 21.4.1.1). */
export const msSince1970 = z
  .number(isNot('a time in ms since 1970'))
  .min(0, isNot('a time in ms since 1970'))
  .max(8.64e15, isNot('a time in ms since 1970'));
/** Any measured number that is not below zero. */
export const amount = z.number(isNot('an amount')).min(0, isNot('an amount'));

function shown(input: unknown): string {
  if (input === undefined) return 'nothing';
  const text = JSON.stringify(input);
  return text.length > MAX_SHOWN ? 'this' : text;
}

import * as z from 'zod';

/** More is no measurement: thirty years, in seconds and in ms. */
const MAX_SECONDS = 1e9;
const MAX_MS = 1e12;
const MAX_WEIGHT = 1e12;

const MAX_SHOWN = 40;

const isNo = (what: string) => ({
  error: ({ input }: { input?: unknown }) => `${shown(input)} is no ${what}`,
});

/** How many. */
export const count = z.int(isNo('count')).min(0, isNo('count'));
/** A share or a probability. */
export const share = z.number(isNo('share')).min(0, isNo('share')).max(1, isNo('share'));
export const weight = z
  .number(isNo('weight'))
  .min(0, isNo('weight'))
  .max(MAX_WEIGHT, isNo('weight'));
export const seconds = z
  .number(isNo('number of seconds'))
  .min(0, isNo('number of seconds'))
  .max(MAX_SECONDS, isNo('number of seconds'));
export const milliseconds = z
  .number(isNo('number of ms'))
  .min(0, isNo('number of ms'))
  .max(MAX_MS, isNo('number of ms'));
/** Any measured number that is not below zero. */
export const amount = z.number(isNo('amount')).min(0, isNo('amount'));

function shown(input: unknown): string {
  if (input === undefined) return 'nothing';
  const text = JSON.stringify(input);
  return text.length > MAX_SHOWN ? 'this' : text;
}

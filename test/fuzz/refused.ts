import { InputError } from '../../src/input-error.js';

/** What refused an input, where the person who gave it was told in one line what is wrong with it. */
export function refused(error: unknown): null {
  if (!(error instanceof InputError)) throw error;
  if (error.problem.trim() === '') throw new Error('a refusal without a word', { cause: error });
  return null;
}

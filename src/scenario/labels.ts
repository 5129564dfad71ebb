import * as z from 'zod';
import { InputError } from '../input-error.js';

/** More would be a table in every report. */
const MAX_LABELS = 32;
const MAX_VALUE_LENGTH = 256;
const KEY = /^[A-Za-z][\w./-]{0,62}$/;
const A_KEY = 'begin a label with a letter, then letters, digits and _ . / - (63 in all)';
const A_VALUE = `write a text of at most ${MAX_VALUE_LENGTH} characters; in a file numbers in quotes`;

/** Labels of a run or of a call, as a scenario file has them: `{commit: 4f2a9c1}`. */
export const labelsSchema = z
  .record(
    z.string().regex(KEY, { error: A_KEY }),
    z.string({ error: A_VALUE }).max(MAX_VALUE_LENGTH, { error: A_VALUE }),
    {
      error: ({ code }) =>
        code === 'invalid_key' ? A_KEY : 'write a map of texts, such as {commit: 4f2a9c1}',
    },
  )
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, {
    error: `give at most ${MAX_LABELS} labels`,
  });

/**
 * Reads labels of the command line.
 *
 * @param texts `commit=4f2a9c1` each.
 * @throws InputError when one is none, or stands there twice.
 */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  const labels = new Map<string, string>();
  for (const text of texts) {
    const cut = text.indexOf('=');
    const key = text.slice(0, Math.max(0, cut));
    if (!KEY.test(key)) {
      throw new InputError(`write KEY=VALUE, such as commit=4f2a9c1, and ${A_KEY}`, {
        path: '--label',
      });
    }
    if (labels.has(key)) throw new InputError(`"${key}" stands there twice`, { path: '--label' });
    labels.set(key, text.slice(cut + 1));
  }
  const checked = labelsSchema.safeParse(Object.fromEntries(labels));
  if (checked.success) return checked.data;
  throw new InputError(checked.error.issues[0]?.message ?? 'invalid', { path: '--label' });
}

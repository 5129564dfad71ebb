import { InputError } from '../input-error.js';
import { refuseContradiction } from './check-sums.js';
import { type RunRecord, runRecordSchema } from './run-record.js';
import { RUN_SCHEMA } from './run-schema.js';

/**
 * Reads a saved run.
 *
 * @param text JSON.
 * @param file Its name, for messages.
 * @throws InputError when it is no record of a run, one of another version, or its counts
 *   contradict each other.
 */
export function parseRunRecord(text: string, file: string): RunRecord {
  const value = parseJson(text, file);
  const schema = isObject(value) ? value.schema : undefined;
  if (typeof schema !== 'string') {
    throw new InputError(
      'this is no record of a run: it has no "schema"; splitproof verify --format json writes one',
      { file },
    );
  }
  if (schema !== RUN_SCHEMA) {
    throw new InputError(`it is "${schema}", and this version reads "${RUN_SCHEMA}"`, {
      file,
      path: 'schema',
    });
  }
  const checked = runRecordSchema.safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new InputError(issue?.message ?? 'invalid', { file, path: pathOf(issue?.path ?? []) });
  }
  refuseContradiction(checked.data, file);
  return checked.data;
}

function parseJson(text: string, file: string): unknown {
  try {
    // Some editors and shells put a byte order mark in front.
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw new InputError(`not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      file,
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `calls[0].split.n` */
function pathOf(parts: readonly PropertyKey[]): string {
  return parts
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

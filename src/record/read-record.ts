import type { Counted } from '../count/counted.js';
import { InputError } from '../input-error.js';
import { type Contradiction, contradictionIn } from './contradiction.js';
import { type RunRecord, runRecordSchema } from './run-record.js';
import { RUN_SCHEMA } from './run-schema.js';
import { countedOf } from './saved-counts.js';

/** A run that was read again, with what was counted ready to be added up. */
export interface SavedRun {
  /** Its name, for messages. */
  file: string;
  record: RunRecord;
  counted: Counted;
}

/**
 * Reads a saved run.
 *
 * @param text JSON, as `--format json` writes it.
 * @param file Its name, for messages.
 * @throws InputError when it is something else, or its numbers contradict each other.
 */
export function readRecord(text: string, file: string): SavedRun {
  const value = parsed(text, file);
  if (!isObject(value) || typeof value.schema !== 'string') {
    throw new InputError(
      'this is not the record of a run: it has no "schema"; splitproof verify --format json writes one',
      { file },
    );
  }
  if (value.schema !== RUN_SCHEMA) {
    throw new InputError(`it is "${value.schema}", and this version reads "${RUN_SCHEMA}"`, {
      file,
      path: 'schema',
    });
  }
  if (!('asked' in value) && !('counted' in value)) {
    throw new InputError(
      'it was written by an earlier version, which left out what joining and checking need: run again',
      { file },
    );
  }
  const checked = runRecordSchema.safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new InputError(issue?.message ?? 'invalid', { file, path: pathOf(issue?.path ?? []) });
  }
  // As it was read: names such as __proto__ do not survive being copied.
  const record = value as unknown as RunRecord;
  const counted = countsIn(record, file);
  refuseContradiction(record, counted, file);
  return { file, record, counted };
}

function refuseContradiction(record: RunRecord, counted: Counted, file: string): void {
  let contradiction: Contradiction | null;
  try {
    contradiction = contradictionIn(record, counted);
  } catch (error) {
    // Figures that were made up may be such that nothing follows from them.
    const reason = error instanceof Error ? error.message : String(error);
    contradiction = { path: 'counted', problem: `nothing follows from it: ${reason}` };
  }
  if (contradiction === null) return;
  throw new InputError(contradiction.problem, { file, path: contradiction.path });
}

function parsed(text: string, file: string): unknown {
  try {
    // Some editors and shells put a byte order mark in front.
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw new InputError(`not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      file,
    });
  }
}

function countsIn({ counted }: RunRecord, file: string): Counted {
  try {
    return countedOf(counted);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(reason, { file, path: 'counted' });
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

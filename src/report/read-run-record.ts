import { InputError } from '../input-error.js';
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
    return JSON.parse(text) as unknown;
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

/** What always holds for a record, whoever wrote it. */
function refuseContradiction({ calls, load, startedAt }: RunRecord, file: string): void {
  const refuse = (path: string, problem: string): never => {
    throw new InputError(problem, { file, path });
  };
  if (Number.isNaN(Date.parse(startedAt))) refuse('startedAt', 'this is no time');
  const { sent, ok, failed, timedOut, cancelled } = load;
  for (const [name, count] of Object.entries({ sent, ok, failed, timedOut, cancelled })) {
    if (!isCount(count)) refuse(`load.${name}`, `${count} is no count`);
  }
  if (sent !== ok + failed + timedOut + cancelled) {
    refuse('load.sent', `${sent} is not the sum of ok, failed, timedOut and cancelled`);
  }
  calls.forEach(({ split }, index) => {
    const path = `calls[${index}].split`;
    const { sampled, n, missing, unattributed, destinations } = split;
    for (const [name, count] of Object.entries({ sampled, n, missing, unattributed })) {
      if (!isCount(count)) refuse(`${path}.${name}`, `${count} is no count`);
    }
    if (sampled !== n + missing) {
      refuse(`${path}.sampled`, `${sampled} is not the sum of n and missing`);
    }
    if (unattributed + split.cancelled > missing) {
      refuse(`${path}.missing`, `${missing} is less than those unattributed and cancelled`);
    }
    destinations.forEach(({ observed, weight }, place) => {
      const there = `${path}.destinations[${place}]`;
      if (!isCount(observed)) refuse(`${there}.observed`, `${observed} is no count`);
      if (weight !== null && weight < 0) refuse(`${there}.weight`, `${weight} is no weight`);
    });
    const answers = destinations.reduce((sum, { observed }) => sum + observed, 0);
    if (answers !== n) {
      refuse(`${path}.n`, `${n} is not the sum of what the destinations observed, ${answers}`);
    }
  });
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

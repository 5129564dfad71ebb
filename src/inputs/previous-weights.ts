import { InputError } from '../input-error.js';
import {
  type GivenWeights,
  isRecordPath,
  type NamedWeight,
  parseWeights,
} from '../scenario/weights.js';
import { readSavedRun } from './saved-runs.js';

/** Where they come from; for messages. */
const FLAG = '--previous';

/** Weights from before the last change. */
export interface PreviousWeights {
  /** The record they stand in; null: they were given themselves. */
  file: string | null;
  weights: NamedWeight[];
}

/**
 * Reads the weights from before the last change.
 *
 * @param source Weights, or the path of a run record, `….json`.
 * @param name `pkg.Service/Method`: which call of a record with several.
 * @param signal Gives up when it aborts.
 * @throws InputError when it is neither.
 */
export async function readPreviousWeights(
  source: GivenWeights,
  name: string,
  signal?: AbortSignal,
): Promise<PreviousWeights> {
  if (!isRecordPath(source)) return { file: null, weights: parseWeights(source, FLAG) };
  const {
    record: { calls },
  } = await readSavedRun(source, signal, FLAG);
  const call = calls.length === 1 ? calls[0] : calls.find((one) => one.call === name);
  if (call === undefined) {
    throw new InputError(`the record has no call ${name}`, { file: source, path: FLAG });
  }
  return {
    file: source,
    weights: (call.split?.destinations ?? []).map((destination) => ({
      name: destination.name,
      // A load test without weights has none to compare with.
      weight: destination.weight ?? 0,
    })),
  };
}

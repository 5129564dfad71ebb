import { readFileSync } from 'node:fs';
import { InputError } from '../input-error.js';
import { parseRunRecord } from '../record/read-run-record.js';
import { parseWeights } from '../scenario/expectation-source.js';
import type { ExpectedSplit } from './expected-split.js';

/** Where `--previous` comes from; for messages. */
const FLAG = '--previous';

/**
 * Adds the weights from before the last change, so that the findings can tell a gateway that still
 * serves them.
 *
 * @param expected The split that is configured now.
 * @param source `v1=90,v2=10`, or the path of a run record, `….json`;
 *   undefined adds nothing. A destination that it does not name had no weight.
 * @param call `pkg.Service/Method`: which call of a record with several.
 * @throws InputError when it is neither, or gives weight to a destination the route does not have.
 */
export function withPreviousWeights(
  expected: ExpectedSplit,
  source: string | undefined,
  call: string,
): ExpectedSplit {
  if (source === undefined) return expected;
  const file = source.endsWith('.json') ? source : undefined;
  const weights = file === undefined ? parseWeights(source, FLAG) : weightsOfRecord(file, call);
  const names = expected.destinations.map(({ name }) => name);
  const unknown = weights.find(({ name, weight }) => weight > 0 && !names.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `"${unknown.name}" had a weight, but the route has no such destination; it has ${names.join(', ')}`,
      { path: FLAG, ...(file === undefined ? {} : { file }) },
    );
  }
  return {
    ...expected,
    destinations: expected.destinations.map((destination) => ({
      ...destination,
      previousWeight: weights.find(({ name }) => name === destination.name)?.weight ?? 0,
    })),
  };
}

function weightsOfRecord(file: string, name: string): { name: string; weight: number }[] {
  const { calls } = parseRunRecord(readText(file), file);
  const call = calls.length === 1 ? calls[0] : calls.find((one) => one.call === name);
  if (call === undefined) {
    throw new InputError(`the record has no call ${name}`, { file, path: FLAG });
  }
  return call.split.destinations.map((destination) => ({
    name: destination.name,
    // A load test without weights has none to compare with.
    weight: destination.weight ?? 0,
  }));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new InputError(missing ? 'no such file' : 'cannot be read', { file, path: FLAG });
  }
}

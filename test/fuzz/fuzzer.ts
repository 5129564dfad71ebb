import fc from 'fast-check';
import type { Coverage } from './coverage.js';
import { mutate, mutated } from './mutations.js';
import type { Watchdog } from './watchdog.js';

/** What reads an input; throws, or rejects, where something is wrong with this project. */
export type Target = (data: Buffer) => unknown;

/** What became of fuzzing. */
export interface Fuzzed {
  inputs: number;
  /** Inputs that reach what no other did. */
  found: readonly Buffer[];
  failure: Failure | null;
}

/** An input that fails, as small as could be made of it. */
export interface Failure {
  input: Buffer;
  error: Error;
}

/** How a target is run. */
export interface Settings {
  /** On the monotonic clock. */
  untilMs: number;
  seed: number;
  coverage: Coverage;
  watchdog: Watchdog;
}

/** What takes longer than this, in ms, has failed: its time is that of no use. */
const SLOWEST_MS = 5000;
/** How often is looked what was reached: V8 tells it of all that is loaded, which takes a tenth of a second. */
const LOOK_EVERY_MS = 500;
const PER_SAMPLE = 10;
const MOST_SHRINKING_MS = 10_000;

/**
 * Runs a target with changed inputs until the time is over or one fails. Inputs that reach code which none
 * reached before are changed in their turn.
 *
 * @param corpus What it begins with, at least one.
 * @param settings.seed Makes the same changes each time, where the same inputs are new.
 */
export async function fuzz(
  target: Target,
  corpus: readonly Buffer[],
  { untilMs, seed, coverage, watchdog }: Settings,
): Promise<Fuzzed> {
  const read: Target = (data) => {
    watchdog.begin(data);
    return target(data);
  };
  const inputs = [...corpus];
  const found: Buffer[] = [];
  let count = 0;
  for (const input of inputs) {
    const error = await errorOf(read, input);
    if (error !== null) return { inputs: count, found, failure: { input, error } };
    count += 1;
  }
  await coverage.newPlaces(true);
  for (let round = 0; performance.now() < untilMs;) {
    const batch: Buffer[] = [];
    for (const lookMs = performance.now() + LOOK_EVERY_MS; performance.now() < lookMs; round++) {
      for (const recipe of fc.sample(mutated, { numRuns: PER_SAMPLE, seed: seed + round })) {
        const input = mutate(recipe, inputs);
        const error = await errorOf(read, input);
        count += 1;
        if (error !== null) {
          return { inputs: count, found, failure: await shrunk(read, { input, error }) };
        }
        batch.push(input);
      }
    }
    if ((await coverage.newPlaces(false)) === 0) continue;
    for (const each of await reachingNew(batch, read, coverage)) {
      inputs.push(each);
      found.push(each);
    }
  }
  return { inputs: count, found, failure: null };
}

/** Those of some inputs that reach what no other did. Halves are looked at: each look takes its time. */
async function reachingNew(
  batch: readonly Buffer[],
  read: Target,
  coverage: Coverage,
): Promise<Buffer[]> {
  for (const each of batch) await errorOf(read, each);
  if ((await coverage.newPlaces(batch.length === 1)) === 0) return [];
  if (batch.length === 1) return [...batch];
  const middle = batch.length >> 1;
  return [
    ...(await reachingNew(batch.slice(0, middle), read, coverage)),
    ...(await reachingNew(batch.slice(middle), read, coverage)),
  ];
}

async function errorOf(target: Target, input: Buffer): Promise<Error | null> {
  const startedAtMs = performance.now();
  try {
    // A target may write to what it is given.
    await target(Buffer.from(input));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const tookMs = performance.now() - startedAtMs;
  return tookMs > SLOWEST_MS ? new Error(`it took ${Math.round(tookMs)} ms`) : null;
}

/** Leaves out bytes as long as it fails. */
async function shrunk(target: Target, failure: Failure): Promise<Failure> {
  let least = failure;
  const untilMs = performance.now() + MOST_SHRINKING_MS;
  for (let size = failure.input.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < least.input.length && performance.now() < untilMs;) {
      const { input } = least;
      const smaller = Buffer.concat([input.subarray(0, at), input.subarray(at + size)]);
      const error = await errorOf(target, smaller);
      if (error?.message === failure.error.message) least = { input: smaller, error };
      else at += size;
    }
  }
  return least;
}

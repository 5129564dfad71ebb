import { InputError } from '../input-error.js';
import type { Settings } from './schema.js';

/** Settings of a run with one call, or of one of its calls. */
export type CallOfSettings = Omit<Settings, 'calls' | 'call'> & { call: string };

/**
 * The calls of a run, each with all the settings that apply to it: its own, and those of the run
 * where it has none.
 *
 * @throws InputError when there is no call, or both forms are used.
 */
export function callList({ calls, call, ...common }: Settings): CallOfSettings[] {
  if (calls !== undefined && call !== undefined) {
    throw new InputError('a run has one call or a list of them: drop "call" or "calls"', {
      path: '--call',
    });
  }
  if (calls !== undefined) return calls.map((own) => ({ ...common, ...own }));
  if (call !== undefined) return [{ ...common, call }];
  throw new InputError('say what to call, e.g. helloworld.Greeter/SayHello', { path: '--call' });
}

/**
 * Lays flags over a scenario file. A flag overrides the file wherever it says something, in each of
 * its calls too; a call on the command line picks those of the file's calls that it names, or
 * stands in their place.
 */
export function overlaid(file: Settings, flags: Settings): Settings {
  const { calls, ...one } = file;
  if (flags.calls !== undefined) return withoutCall({ ...one, ...flags });
  if (calls === undefined) return { ...file, ...flags };
  const { call: named, ...others } = flags;
  const picked = calls.filter(({ call }) => named === undefined || call === named);
  if (picked.length === 0) return { ...one, ...flags };
  const list = { ...one, ...others, calls: picked.map((own) => withoutKeysOf(own, others)) };
  return named === undefined ? list : withoutCall(list);
}

function withoutCall(settings: Settings): Settings {
  const rest = { ...settings };
  delete rest.call;
  return rest;
}

function withoutKeysOf<T extends { call: string }>(own: T, others: Settings): T {
  const kept = Object.entries(own).filter(([key]) => !(key in others));
  return { ...(Object.fromEntries(kept) as T), call: own.call };
}

/**
 * Does something for one of a run's calls; a mistake in one of several says which.
 *
 * @param calls All of them.
 * @throws InputError as `action`, with `calls[1]` before its place.
 */
export function inCall<T>(calls: readonly unknown[], index: number, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw inCallOf(calls, index, error);
  }
}

/** Does as {@link inCall} what takes its time. */
export async function awaitInCall<T>(
  calls: readonly unknown[],
  index: number,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw inCallOf(calls, index, error);
  }
}

function inCallOf(calls: readonly unknown[], index: number, error: unknown): unknown {
  if (calls.length === 1 || !(error instanceof InputError)) return error;
  return new InputError(error.message, { path: `calls[${index}]` });
}

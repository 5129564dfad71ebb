import { InputError } from '../input-error.js';
import type { Settings } from '../scenario/schema.js';
import { type Arguments, settingsFromArguments, single } from './settings.js';

/** Settings of a command that asks about a request without sending it. */
export interface QuestionSettings {
  settings: Settings;
  /** Of a plain HTTP request, where it is one. */
  http: { method: string | undefined; path: string | undefined };
}

/**
 * The settings on the command line, laid over the scenario file where one is named.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when a flag or a line of the file is wrong.
 */
export async function questionFrom(
  args: Arguments,
  signal?: AbortSignal,
): Promise<QuestionSettings> {
  const { request, ...flags } = args;
  // METHOD is a word here, --method the one of plain HTTP.
  const words = { ...flags, method: undefined, ...targetAndMethod(request) };
  const settings = await settingsFromArguments(words, signal);
  const path = single(args, 'path') as string | undefined;
  // A scenario's call does not stand in the way of a path asked for on the command line.
  if (path !== undefined && flags.call === undefined) {
    delete settings.call;
    delete settings.calls;
  }
  return { settings, http: { method: single(args, 'method') as string | undefined, path } };
}

/** The words without a flag. A target has a port, so `pkg.Service/Method` alone is a method. */
function targetAndMethod(words: unknown): { target?: string; method?: string } {
  const [first, second, ...rest] = (words ?? []) as string[];
  if (rest.length > 0) {
    throw new InputError(`"${rest[0] ?? ''}" is one word too many: give TARGET and METHOD`, {
      file: 'command line',
    });
  }
  if (first === undefined) return {};
  if (second !== undefined) return { target: first, method: second };
  return /^\/?[\w.]+\/\w+$/.test(first) ? { method: first } : { target: first };
}

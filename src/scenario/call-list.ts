import { InputError } from '../input-error.js';
import type { HttpSettings } from './http-settings.js';
import { withoutOtherContract } from './contract-sources.js';
import { withForwardingCall } from './forwarding.js';
import { withoutOtherPace } from './pace.js';
import type { Settings } from './schema.js';

/** Settings of a run with one call, or of one of its calls. */
export type CallOfSettings = Omit<Settings, 'calls'>;

/**
 * The calls of a run, each with all the settings that apply to it: its own, and those of the run
 * where it has none.
 *
 * @throws InputError when both forms are used.
 */
export function callList({ calls, ...common }: Settings): CallOfSettings[] {
  if (calls === undefined) return [withForwardingCall(common)];
  const { call, http, ...rest } = common;
  if (call !== undefined || http !== undefined) {
    const one = call === undefined ? 'http' : 'call';
    throw new InputError(`a run has one call or a list of them: drop "${one}" or "calls"`, {
      path: `--${one}`,
    });
  }
  return calls.map((own) => withForwardingCall({ ...withoutOtherContract(rest, own), ...own }));
}

/** The one call of settings, with all that applies to it. @throws InputError when they have several. */
export function onlyCall(settings: Settings): CallOfSettings {
  const [first, ...others] = callList(settings);
  if (first !== undefined && others.length === 0) return first;
  const names = [first, ...others].map((own) => nameOfCall(own ?? {})).join(', ');
  throw new InputError(`one request at a time, and the scenario has several: choose of ${names}`, {
    path: '--call',
  });
}

/** What a call is named by those who choose among several: its method, or its path. */
export function nameOfCall({ call, http }: Pick<Settings, 'call' | 'http'>): string {
  return call ?? [http?.method, http?.path].filter((word) => word !== undefined).join(' ');
}

/**
 * Lays flags over a scenario file. A flag overrides the file wherever it says something, in each of
 * its calls too; a call or a path on the command line picks those of the file's calls that it names,
 * or stands in their place.
 */
export function overlaid(file: Settings, flags: Settings): Settings {
  const { calls, call, http, ...rest } = withoutOtherContract(withoutOtherPace(file, flags), flags);
  if (flags.calls !== undefined) return { ...rest, ...flags };
  const { call: named, http: asked, ...others } = flags;
  const isNamed = named !== undefined || asked?.path !== undefined;
  if (calls === undefined) {
    const one = isNamed ? flags : { call, http };
    return withoutAbsent({ ...rest, ...others, ...one, http: mergedHttp(http, named, asked) });
  }
  const picked = calls.filter((own) => !isNamed || isNamedBy(own, named, asked));
  if (picked.length === 0) return { ...rest, ...flags };
  return {
    ...rest,
    ...others,
    calls: picked.map((own) => {
      const kept = Object.fromEntries(
        Object.entries(withoutOtherContract(own, flags)).filter(([key]) => !(key in others)),
      );
      const merged = own.http === undefined ? undefined : mergedHttp(own.http, undefined, asked);
      return withoutAbsent({ ...kept, call: own.call, http: merged });
    }),
  };
}

type OneCall = NonNullable<Settings['calls']>[number];

function isNamedBy(
  own: OneCall,
  named: string | undefined,
  asked: HttpSettings | undefined,
): boolean {
  if (named !== undefined) return own.call === named;
  return own.http !== undefined && own.http.path === asked?.path;
}

/** A method named on the command line stands in the place of an HTTP request. */
function mergedHttp(
  http: HttpSettings | undefined,
  named: string | undefined,
  asked: HttpSettings | undefined,
): HttpSettings | undefined {
  if (named !== undefined) return asked;
  return http === undefined && asked === undefined ? undefined : { ...http, ...asked };
}

/** A key without a value is as good as none, but for those who ask whether it is there. */
function withoutAbsent<T extends object>(some: T): T {
  return Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined)) as T;
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

import { InputError } from '../input-error.js';
import type { HttpSettings } from './http-settings.js';
import { withoutOtherContract } from './contract-sources.js';
import { withForwardingCall } from './forwarding.js';
import { withoutOtherPace } from './pace.js';
import type { Settings } from './schema.js';

/** Settings of a run with one call, or of one of its calls. */
export interface CallOfSettings extends Omit<Settings, 'calls'> {
  /** What the call itself is called; `name` is the run's. */
  callName?: string | undefined;
  callLabels?: Record<string, string> | undefined;
}

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
  refuseTwins(calls);
  return calls.map(({ name: callName, labels: callLabels, ...own }) => {
    const settings = withForwardingCall({ ...withoutOtherContract(rest, own), ...own });
    return withoutAbsent({ ...settings, callName, callLabels });
  });
}

/** A name says which call is meant. */
function refuseTwins(calls: readonly OneCall[]): void {
  calls.forEach(({ name }, index) => {
    const twin = calls.findIndex((other) => other.name === name);
    if (name === undefined || twin === index) return;
    throw new InputError(`calls[${twin}] is called "${name}" already`, {
      path: `calls[${index}].name`,
    });
  });
}

/** The one call of settings, with all that applies to it. @throws InputError when they have several. */
export function onlyCall(settings: Settings): CallOfSettings {
  const all = callList(settings);
  const [first, ...others] = all;
  if (first !== undefined && others.length === 0) return first;
  const numbered = numberedCalls(
    all.map(({ callName: name, call, http }) => ({ name, call, http })),
  );
  throw new InputError(
    `one request at a time, and the scenario has several: choose one by its number or name, of ${numbered}`,
    { path: '--call' },
  );
}

/** `1 checkout (shop.Cart/Pay), 2 shop.Cart/Get`: how calls can be picked. */
function numberedCalls(calls: readonly Pick<OneCall, 'name' | 'call' | 'http'>[]): string {
  return calls
    .map((own, index) => {
      const method = nameOfCall(own);
      return `${index + 1} ${own.name === undefined ? method : `${own.name} (${method})`}`;
    })
    .join(', ');
}

/** What a call is named by those who choose among several: its method, or its path. */
export function nameOfCall({ call, http }: Pick<Settings, 'call' | 'http'>): string {
  return call ?? [http?.method, http?.path].filter((word) => word !== undefined).join(' ');
}

/**
 * Lays flags over a scenario file. A flag overrides the file wherever it says something, in each of
 * its calls too; a call or a path on the command line picks those of the file's calls that it names, or
 * whose number it is (from 1), or stands in their place. Labels are laid over each other one by one.
 *
 * @throws InputError when a call is picked by a name or a number that none has.
 */
export function overlaid(file: Settings, flags: Settings): Settings {
  const { calls, call, http, ...kept } = withoutOtherContract(withoutOtherPace(file, flags), flags);
  const labels = { ...kept.labels, ...flags.labels };
  const rest = Object.keys(labels).length === 0 ? kept : { ...kept, labels };
  if (flags.calls !== undefined) {
    const named = flags.calls.map((own) => own.call ?? '');
    const picked = calls === undefined ? [] : pickedOf(calls, named);
    return { ...rest, ...withoutLabels(flags), ...(picked.length === 0 ? {} : { calls: picked }) };
  }
  const { call: named, http: asked, ...others } = withoutLabels(flags);
  const isNamed = named !== undefined || asked?.path !== undefined;
  if (calls === undefined) {
    const one = isNamed ? flags : { call, http };
    return withoutAbsent({ ...rest, ...others, ...one, http: mergedHttp(http, named, asked) });
  }
  const picked = !isNamed
    ? calls
    : named === undefined
      ? calls.filter((own) => own.http !== undefined && own.http.path === asked?.path)
      : pickedOf(calls, [named]);
  if (picked.length === 0) return { ...rest, ...withoutLabels(flags) };
  return {
    ...rest,
    ...others,
    calls: picked.map((own) => {
      const kept = Object.fromEntries(
        Object.entries(withoutOtherContract(own, flags)).filter(([key]) => !(key in others)),
      );
      const merged = own.http === undefined ? undefined : mergedHttp(own.http, undefined, asked);
      const { name, labels: ownLabels } = own;
      return withoutAbsent({ ...kept, name, labels: ownLabels, call: own.call, http: merged });
    }),
  };
}

type OneCall = NonNullable<Settings['calls']>[number];

/** Words that can be no method: `2`, `#2`, `checkout`. */
const NAME_OR_NUMBER = /^[^./]+$/;

/**
 * The calls that are picked by their method, name or number, in the order of the file; none where methods are
 * given that it does not have.
 */
function pickedOf(calls: readonly OneCall[], words: readonly string[]): OneCall[] {
  const isPicked = (own: OneCall, index: number, word: string): boolean =>
    own.call === word || own.name === word || word.replace(/^#/, '') === String(index + 1);
  const unknown = words.filter((word) => !calls.some((own, index) => isPicked(own, index, word)));
  const [wrong] = unknown.filter((word) => NAME_OR_NUMBER.test(word));
  if (wrong !== undefined) {
    throw new InputError(
      `the scenario has no call "${wrong}": choose by number or name, of ${numberedCalls(calls)}`,
      { path: '--call' },
    );
  }
  if (unknown.length > 0) return [];
  return calls.filter((own, index) => words.some((word) => isPicked(own, index, word)));
}

function withoutLabels(settings: Settings): Settings {
  const left = { ...settings };
  delete left.labels;
  return left;
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

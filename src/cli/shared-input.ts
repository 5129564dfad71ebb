import { STANDARD_INPUT } from '../input-error.js';
import { all, type Arguments } from './arguments.js';

/** Settings whose values may be `-`, for standard input. */
const READERS = ['manifest', 'config-dump', 'proto', 'protoset', 'cacert', 'cert', 'key'] as const;

/** Flags whose values may be `@` or `@-`, for standard input. */
const DATA_FLAGS = ['data', 'data-binary', 'metadata'] as const;

/** Flags that read standard input, as users write them; one that does so twice stands there twice. */
export function inputsOnCommandLine(args: Arguments): string[] {
  const named = ['policy', 'scenario'].flatMap((name) =>
    all(args, name).flatMap((value) => (value === '-' ? [`--${name} -`] : [])),
  );
  const data = DATA_FLAGS.flatMap((name) =>
    all(args, name).flatMap((value) =>
      value === '@' || value === '@-' ? [`--${name} ${value}`] : [],
    ),
  );
  const runs = [...all(args, 'run'), ...all(args, 'runs')].flatMap((value) =>
    value === STANDARD_INPUT ? ['the record -'] : [],
  );
  return [...named, ...data, ...runs, ...inputsOfSettings(args)];
}

/** Settings that read standard input; the calls of a run share their log. */
export function inputsOfSettings(settings: Readonly<Record<string, unknown>>): string[] {
  const named = READERS.flatMap((name) =>
    [settings[name]].flat().flatMap((value) => (value === '-' ? [`--${name} -`] : [])),
  );
  const calls = [settings, ...((settings.calls ?? []) as { identity?: unknown }[])];
  const isLogged = calls.some(({ identity }) => identity === 'access-log:-');
  return isLogged ? [...named, '--identity access-log:-'] : named;
}

import { InputError } from '../input-error.js';

/** Parsed command line, as yargs gives it. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The value of a flag. @throws InputError when it is given several times. */
export function single(args: Arguments, name: string): unknown {
  const value = args[name];
  if (!Array.isArray(value)) return value;
  throw new InputError('it is given more than once', { path: `--${name}` });
}

/** All values of a flag, as texts. */
export function all(args: Arguments, name: string): string[] {
  return [args[name] ?? []].flat().map(String);
}

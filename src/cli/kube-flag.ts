import { InputError } from '../input-error.js';
import type { Settings } from '../scenario/schema.js';
import type { Arguments } from './arguments.js';

/** A target has a port and a call a slash: a bare word can only be meant as the flag's value. */
const BARE_WORD = /^[\w@-]+$/;

/**
 * Gives `--kube` the empty value, for the current context, where nothing follows that can only be a context: a
 * parser would take the target for it. Words after `--` stay as they are.
 */
export function kubeFlag(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) => {
    if ((end >= 0 && index >= end) || word !== '--kube') return word;
    const next = words[index + 1] ?? '';
    return BARE_WORD.test(next) && !next.startsWith('-') ? word : '--kube=';
  });
}

/** Gives `--each-replica` the empty value where it stands alone: its value follows a `=`, and never is a word. */
export function eachReplicaFlag(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) =>
    word === '--each-replica' && (end < 0 || index < end) ? '--each-replica=' : word,
  );
}

/** What `--kube` says, as a scenario has it. */
export function kubeSetting(value: string): Exclude<Settings['kube'], undefined> {
  return value === '' ? true : { context: value };
}

/** @throws InputError when the word behind `--kube` is a context and would be taken for the target. */
export async function refuseContextAsTarget(
  args: Arguments,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [first] = (args.request ?? []) as string[];
  if (args.kube !== '' || first === undefined) return;
  const { isContext } = await import('../inputs/cluster/kubeconfig.js');
  if (!(await isContext(first, signal))) return;
  throw new InputError(`${first} is a context of the kubeconfig: write --kube=${first}`, {
    path: '--kube',
  });
}

import type { Readable } from 'node:stream';
import { InputError, STANDARD_INPUT } from '../input-error.js';

/** Commands whose words are saved runs. */
const TAKERS = ['report', 'merge'];

/** Flags of theirs after which `-` is a value. */
const NAMING = ['--policy', '--output', '-o'];

/** Puts a word in the place of `-`, which the parser of the command line would drop as a word. */
export function namedStandardInput(words: readonly string[]): string[] {
  if (!TAKERS.includes(words[0] ?? '')) return [...words];
  return words.map((word, at) =>
    word === '-' && !NAMING.includes(words[at - 1] ?? '') ? STANDARD_INPUT : word,
  );
}

/**
 * Refuses that several options read standard input: it holds one text.
 *
 * @param options Those that name it, as the user writes them: `--manifest -`.
 * @throws InputError when there are several.
 */
export function refuseSharedInput(options: readonly string[]): void {
  const [first, second] = options;
  if (second === undefined) return;
  throw new InputError(
    `${first ?? ''} and ${second} both read it, and it feeds one of them: put the other into a file`,
    { file: STANDARD_INPUT },
  );
}

/** Standard input holds one text, which is gone once it was read. */
export class StandardInput {
  readonly #open: () => Readable;
  #readAs: string | null = null;

  /** @param open Gives the stream; called when it is read, for that alone makes it non-blocking. */
  constructor(open: () => Readable) {
    this.#open = open;
  }

  /**
   * The stream, for its one reader.
   *
   * @param what What it is read as: `a manifest`.
   * @throws InputError when it was taken before.
   */
  take(what: string): Readable {
    if (this.#readAs !== null) {
      throw new InputError(
        `it can be read once, and was read as ${this.#readAs}: put ${what} into a file`,
        { file: STANDARD_INPUT },
      );
    }
    this.#readAs = what;
    return this.#open();
  }
}

/** That of this process. */
export const PROCESS_INPUT = new StandardInput(() => process.stdin);

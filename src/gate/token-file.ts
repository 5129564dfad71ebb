import { stat } from 'node:fs/promises';
import { readText } from '../inputs/read-text.js';
import { InputError } from '../input-error.js';
import { parseTokens, type Tokens } from './tokens.js';

const MAX_BYTES = 1024 * 1024;
/** A file is looked at no more often. */
const LOOK_MS = 1000;

/** A file of tokens that is read again when it has changed. */
export class TokenFile {
  readonly #file: string;
  readonly #onProblem: (problem: string) => void;
  #tokens: Tokens = [];
  #seen = '';
  #problem: string | null = null;
  #lookedAtMs = -Infinity;

  private constructor(file: string, onProblem: (problem: string) => void) {
    this.#file = file;
    this.#onProblem = onProblem;
  }

  /**
   * @param onProblem Told what is wrong with it later; then the tokens stay as they were.
   * @throws InputError when it cannot be read now.
   */
  static async open(file: string, onProblem: (problem: string) => void): Promise<TokenFile> {
    const opened = new TokenFile(file, onProblem);
    await opened.#read();
    return opened;
  }

  async tokens(): Promise<Tokens> {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < LOOK_MS) return this.#tokens;
    this.#lookedAtMs = nowMs;
    try {
      await this.#read();
      this.#problem = null;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // Once for each, however long it lasts.
      if (error.message !== this.#problem) this.#onProblem(error.message);
      this.#problem = error.message;
    }
    return this.#tokens;
  }

  async #read(): Promise<void> {
    // What changes between the two is read the next time, too.
    const seen = await stat(this.#file).then(
      ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
      () => 'none',
    );
    if (seen === this.#seen && seen !== 'none') return;
    const source = {
      from: this.#file,
      what: 'a file of tokens',
      flag: 'tokens',
      maxBytes: MAX_BYTES,
    };
    const { name, text } = await readText(source);
    this.#tokens = parseTokens(text, name);
    this.#seen = seen;
  }
}

import type { RawAnswer } from '../call/answer.js';
import { isUnpacked } from '../call/http/body.js';

/** So many codings are told apart; servers choose their names. */
const MAX_CODINGS = 8;
const MAX_LENGTH = 40;
const OTHERS = 'others';

/** Counts answers that may have said who gave them in a body that could not be unpacked, by its coding. */
export class PackedBodies {
  readonly #mayBeCompressed: boolean;
  readonly #counts = new Map<string, number>();

  /** @param mayBeCompressed Whether bodies are unpacked at all: the request has asked for it. */
  constructor(mayBeCompressed: boolean) {
    this.#mayBeCompressed = mayBeCompressed;
  }

  /** Takes an answer in which no pod was found. */
  look(answer: RawAnswer): void {
    const coding = answer.header('content-encoding')?.trim().toLowerCase();
    if (coding === undefined || coding === '' || coding === 'identity') return;
    if (this.#mayBeCompressed && isUnpacked(answer)) return;
    const name = coding.slice(0, MAX_LENGTH);
    const known = this.#counts.has(name) || this.#counts.size < MAX_CODINGS ? name : OTHERS;
    this.#counts.set(known, (this.#counts.get(known) ?? 0) + 1);
  }

  /** By the value of `content-encoding`: a copy. */
  counts(): Map<string, number> {
    return new Map(this.#counts);
  }
}

import type { RawAnswer } from '../call/answer.js';
import { MOST_ATTEMPTS, NOT_SAID } from './attempt-counts.js';
import type { RouteHeader } from './proxied/knowledge.js';

/** In which Envoy says it, where `include_attempt_count_in_response` is set for the virtual host. */
export const ATTEMPT_COUNT = 'x-envoy-attempt-count';

/** Envoy's operator for it: of a header that the route sets, and of a format of its access log. */
const OPERATOR = '%UPSTREAM_REQUEST_ATTEMPT_COUNT%';

/** As long as no answer says it, one in so many is looked at: headers take their time to find. */
const EVERY = 64;
const LOOKED_AT_FIRST = 64;

/** Reads out of answers how often a gateway tried their requests. */
export class AttemptWatch {
  readonly #headers: readonly { name: string; before: string; after: string }[];
  #answers = 0;
  #isSaid = false;

  /** @param headers Those that the applied route sets. */
  constructor(headers: readonly RouteHeader[]) {
    this.#headers = [
      ...headers.flatMap(({ name, values }) => attemptHeaders(name, values)),
      { name: ATTEMPT_COUNT, before: '', after: '' },
    ];
  }

  /** @returns How often the request was tried, or `NOT_SAID`. */
  look(answer: RawAnswer): number {
    if (!this.#isSaid) {
      const number = this.#answers++;
      if (number >= LOOKED_AT_FIRST && number % EVERY !== 0) return NOT_SAID;
    }
    for (const { name, before, after } of this.#headers) {
      const text = answer.header(name) ?? answer.trailer(name);
      if (text === undefined || !text.startsWith(before) || !text.endsWith(after)) continue;
      const attempts = attemptsIn(text.slice(before.length, text.length - after.length));
      if (attempts === NOT_SAID) continue;
      this.#isSaid = true;
      return attempts;
    }
    return NOT_SAID;
  }
}

/** Reads a number of attempts. @returns `NOT_SAID` for what is none. */
export function attemptsIn(text: string): number {
  return /^\d{1,9}$/.test(text) ? Math.min(MOST_ATTEMPTS, Number(text)) : NOT_SAID;
}

/** How the operator stands in the values that a route gives a header, where nothing else varies in them. */
function attemptHeaders(
  name: string,
  values: readonly (string | null)[],
): { name: string; before: string; after: string }[] {
  return [...new Set(values)].flatMap((value) => {
    const [before, after, ...others] = value?.split(OPERATOR) ?? [];
    if (before === undefined || after === undefined || others.length > 0) return [];
    return before.includes('%') || after.includes('%') ? [] : [{ name, before, after }];
  });
}

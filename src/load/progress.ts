/** What a progress line can say. */
export interface Progress {
  elapsedMs: number;
  /** Requests that have ended. */
  done: number;
  /** Requests planned; null when only the clock ends the run. */
  planned: number | null;
  /** Answers by destination. */
  observed: readonly number[];
  /** Of a load that ends as soon as its evidence is enough: the parts of it that are there. */
  evidence?: { forWeights: number; againstWeights: number };
}

/** How far a part of a load has come. */
export interface PartProgress {
  done: number;
  /** Names for `observed`. */
  destinations: readonly string[];
  observed: readonly number[];
  /** Requests that failed, or could not be sent for want of the peer. */
  errors: number;
  /** For how long nothing has been answered although something was to be, in ms; Infinity: nothing is to be. */
  quietMs: number;
}

export const PROGRESS_INTERVAL_MS = 200;

/** Adds up parts, destinations by their names; nothing is answered where no part gets an answer. */
export function sumProgress(parts: readonly PartProgress[]): PartProgress {
  const observed = new Map<string, number>();
  let done = 0;
  let errors = 0;
  let quietMs = Infinity;
  for (const part of parts) {
    done += part.done;
    errors += part.errors;
    quietMs = Math.min(quietMs, part.quietMs);
    part.destinations.forEach((name, index) => {
      observed.set(name, (observed.get(name) ?? 0) + (part.observed[index] ?? 0));
    });
  }
  const [destinations, answers] = [[...observed.keys()], [...observed.values()]];
  return { done, destinations, observed: answers, errors, quietMs };
}

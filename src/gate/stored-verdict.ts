import * as z from 'zod';

const reason = z.object({ code: z.string(), text: z.string(), call: z.string().nullable() });

/** The form of a verdict that is kept. */
export const storedVerdictSchema = z.object({
  schema: z.literal('splitproof/gate/v1'),
  id: z.string(),
  scenario: z.string(),
  revision: z.string(),
  step: z.string(),
  labels: z.record(z.string(), z.string()),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  /** That of `splitproof verify`. */
  exitCode: z.number().int(),
  reasons: z.array(reason),
  /** Runs whose samples it is made of. */
  samples: z.number().int().min(1),
  /** Requests of all of them. */
  requests: z.number().int().min(0),
  /** Up to which it may be continued; null where it may not be. */
  requestsAtMost: z.number().int().min(0).nullable(),
  /** ISO 8601. */
  endedAt: z.iso.datetime(),
});

/** A verdict that is kept: what was judged, and what may become of it. Plain data. */
export type StoredVerdict = z.infer<typeof storedVerdictSchema>;

/**
 * What a question leads to, where its verdict is known already.
 *
 * - A fail is answered for ever: who could ask until there is a pass would get one at last.
 * - Inconclusive evidence may grow where it may be looked at whenever (`--sequential`), up to the cap that was
 *   settled with its first sample. A sample of a fixed size is judged once, and a second one would be a second
 *   chance.
 * - A pass is answered for a while; then the split is measured again, for it may have changed.
 */
export function sequelOf(
  known: StoredVerdict | null,
  keepPassMs: number,
  nowMs: number,
): 'run' | 'continue' | 'answer' {
  switch (known?.verdict) {
    case undefined:
      return 'run';
    case 'fail':
      return 'answer';
    case 'inconclusive': {
      const { requests, requestsAtMost } = known;
      return requestsAtMost !== null && requests < requestsAtMost ? 'continue' : 'answer';
    }
    case 'pass':
      return isKeptPass(known, keepPassMs, nowMs) ? 'answer' : 'run';
  }
}

/** A clock that has been set back makes no pass last for longer than twice as long. */
function isKeptPass(
  { endedAt }: Pick<StoredVerdict, 'endedAt'>,
  keepPassMs: number,
  nowMs: number,
): boolean {
  return Math.abs(nowMs - Date.parse(endedAt)) < keepPassMs;
}

/**
 * Whether a verdict takes the place of one that is kept of the same question. A fail stays. What is inconclusive gives
 * way to a fail and to its own sample, continued: another sample would be a second chance. There may be another one:
 * weights that change while a question waits make its sample one of other weights, which may have a verdict already.
 */
export function isReplaced(known: StoredVerdict, next: StoredVerdict): boolean {
  switch (known.verdict) {
    case 'fail':
      return false;
    case 'inconclusive':
      return next.verdict === 'fail' || next.samples > known.samples;
    case 'pass':
      return true;
  }
}

/** Which verdicts are given up first: the higher, the longer it is kept. */
const WORTH = { pass: 1, inconclusive: 2, fail: 3 } as const;

/**
 * The verdicts that go, where there are more than may be kept: first passes that are not answered any more,
 * then passes, then inconclusive ones, fails last; of each the oldest first.
 */
export function inExcess<T extends Pick<StoredVerdict, 'verdict' | 'endedAt'>>(
  all: readonly T[],
  most: number,
  keepPassMs: number,
  nowMs: number,
): T[] {
  const worthOf = (one: T): number =>
    one.verdict === 'pass' && !isKeptPass(one, keepPassMs, nowMs) ? 0 : WORTH[one.verdict];
  return [...all]
    .sort((a, b) => worthOf(a) - worthOf(b) || (a.endedAt < b.endedAt ? -1 : 1))
    .slice(0, Math.max(0, all.length - most));
}

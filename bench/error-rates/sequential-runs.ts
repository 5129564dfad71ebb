import type { SplitEvidence, SplitRule } from '../../src/expect/split/split-evidence.js';
import { lookAtSplit } from '../../src/expect/split/sequential/look.js';
import { decideCalls } from '../../src/expect/split/verdict/calls-verdict.js';
import { ALL_SENT } from '../../src/expect/unsent.js';
import { type Verdict, worstOf } from '../../src/expect/verdict.js';
import type { RandomSource } from '../../src/stats/random.js';
import { connectionsInOrder, type TimeModel } from './time-models.js';

/** A run whose load ends with the first look that settles it. */
export interface SequentialRun {
  model: TimeModel;
  weights: readonly number[];
  /** True shares. */
  served: readonly number[];
  /** Requests of a fixed size, and at most. */
  planned: number;
  cap: number;
  /** 0: neither they nor the order are looked at. */
  connections: number;
  /** Requests from a look to the next; as many again are sent at first only from 16 to 16. */
  every: number;
  /** The part of each destination's answers that fails. */
  errors?: readonly number[];
  /** Whether failures say whose they are; else they are missing. True by default. */
  named?: boolean;
  /** The part of each destination's answers that is OK and does not say whose it is. */
  unknown?: readonly number[];
  /** The part of the requests that the route aborts, whatever the destination. */
  aborts?: number;
  /** Calls of one run, each like this; 1 by default. */
  calls?: number;
}

/** What became of one. */
export interface SequentialEnd {
  verdict: Verdict;
  /** Requests of one call. */
  requests: number;
}

/** Runs it once, through the code that looks and the code that decides. */
export function sequentialEnd(
  run: SequentialRun,
  rule: SplitRule,
  random: RandomSource,
): SequentialEnd {
  const { planned, cap, every, calls = 1 } = run;
  const counters = Array.from({ length: calls }, () => new CallInOrder(run, random));
  const level = { ...rule, failAlpha: rule.alpha / calls };
  for (let n = 0; ;) {
    const step = n < 4 * every ? Math.min(16, every) : every;
    n = Math.min(cap, n + step);
    const evidence = counters.map((counter) => counter.upTo(n));
    const states = evidence.map((one) => lookAtSplit(one, level, planned).state);
    const isSettled = states.includes('fail') || states.every((state) => state !== 'open');
    if (!isSettled && n < cap) continue;
    const { calls: decisions } = decideCalls(evidence.map((one) => ({ evidence: one, rule })));
    return { verdict: worstOf(decisions.map(({ verdict }) => verdict)), requests: n };
  }
}

/** What of a call has ended, in send order. */
class CallInOrder {
  readonly #run: SequentialRun;
  readonly #random: RandomSource;
  readonly #destinations: Int8Array;
  readonly #connectionOf: Uint16Array;
  readonly #observed: number[];
  readonly #failed: number[];
  readonly #rows: number[][];
  readonly #latest: Int8Array;
  #blocks: number[][] = [];
  #blockSize = 1;
  #at = 0;
  #aborted = 0;
  #unknown = 0;
  #before = -1;
  readonly #onConnection = { pairs: 0, equal: 0 };
  readonly #inOrder = { pairs: 0, equal: 0 };

  constructor(run: SequentialRun, random: RandomSource) {
    const { model, served, weights, cap } = run;
    const connections = Math.max(1, run.connections);
    this.#run = run;
    this.#random = random;
    this.#destinations = new Int8Array(cap);
    this.#connectionOf = connectionsInOrder(random, { requests: cap, connections });
    model.serve(random, served, this.#destinations, this.#connectionOf);
    this.#observed = weights.map(() => 0);
    this.#failed = weights.map(() => 0);
    this.#rows = Array.from({ length: connections }, () => weights.map(() => 0));
    this.#latest = new Int8Array(connections).fill(-1);
  }

  /** @param requests No fewer than before. */
  upTo(requests: number): SplitEvidence {
    while (this.#at < requests) this.#countNext();
    const { weights, connections } = this.#run;
    return {
      destinations: weights.map((weight, i) => ({
        name: `v${i + 1}`,
        weight,
        observed: this.#observed[i]!,
        failed: this.#failed[i]!,
      })),
      leaked: 0,
      // No destination was asked by those that the route aborts.
      sampled: this.#at - this.#aborted,
      unsent: ALL_SENT,
      unattributed: this.#unknown,
      ...(connections === 0
        ? {}
        : {
            connections: { counts: this.#rows, neighbours: this.#onConnection },
            blocks: { runs: [this.#blocks], neighbours: this.#inOrder, sendingMs: null },
          }),
    };
  }

  #countNext(): void {
    const { errors, named = true, unknown, aborts = 0 } = this.#run;
    const at = this.#at++;
    const connection = this.#connectionOf[at]!;
    const block = this.#blockOf(at);
    const isAborted = aborts > 0 && this.#random() < aborts;
    const to = this.#destinations[at]!;
    const isFailed = (errors?.[to] ?? 0) > 0 && this.#random() < errors![to]!;
    if (isAborted) this.#aborted += 1;
    const isUnknown = !isAborted && (unknown?.[to] ?? 0) > 0 && this.#random() < unknown![to]!;
    if (isUnknown) this.#unknown += 1;
    if (isAborted || isUnknown || (isFailed && !named)) {
      this.#before = -1;
      this.#latest[connection] = -1;
      return;
    }
    if (isFailed) this.#failed[to]! += 1;
    this.#observed[to]! += 1;
    this.#rows[connection]![to]! += 1;
    block[to]! += 1;
    countPair(this.#inOrder, this.#before, to);
    countPair(this.#onConnection, this.#latest[connection]!, to);
    this.#before = to;
    this.#latest[connection] = to;
  }

  /** As a load that may end at any time is counted: neighbours fold whenever 64 are full. */
  #blockOf(at: number): number[] {
    if (at >= 64 * this.#blockSize) {
      this.#blockSize *= 2;
      this.#blocks = Array.from({ length: 32 }, (_, index) => {
        const other = this.#blocks[2 * index + 1]!;
        return this.#blocks[2 * index]!.map((count, i) => count + other[i]!);
      });
    }
    const index = Math.floor(at / this.#blockSize);
    return (this.#blocks[index] ??= this.#run.weights.map(() => 0));
  }
}

function countPair(pairs: { pairs: number; equal: number }, before: number, to: number): void {
  if (before < 0) return;
  pairs.pairs += 1;
  if (before === to) pairs.equal += 1;
}

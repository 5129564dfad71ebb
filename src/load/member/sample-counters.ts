import type { CallEnd, RawAnswer } from '../../call/answer.js';
import { CallCounter, type CallResult } from '../../count/call-counter.js';
import type { UnsentRequests } from '../../count/tally.js';
import type { LoadOrder } from '../load-order.js';
import type { PhaseCounting } from '../phase/phase-counting.js';
import type { Request } from '../phase/request.js';
import type { LoadShare } from '../plan.js';
import { type PartProgress, sumProgress } from '../progress.js';

/** The counters of a member's calls, as its phase fills them. */
export class SampleCounters implements PhaseCounting {
  readonly #counters: readonly CallCounter[];

  /** @param quotas By own connection and call; Infinity where only a clock ends the phase. */
  constructor({ calls }: LoadOrder, share: LoadShare, quotas: readonly (readonly number[])[]) {
    this.#counters = calls.map(
      ({ counting }, call) =>
        new CallCounter({
          counting,
          connections: share.connections.length,
          quota: quotas.reduce((sum, byCall) => sum + byCall[call]!, 0),
          slots: share.concurrency,
        }),
    );
  }

  /** @param startMs When the phase starts, on the monotonic clock. */
  start(startMs: number): void {
    for (const counter of this.#counters) {
      counter.start(startMs, performance.timeOrigin + startMs);
    }
  }

  onAnswer(call: number, slot: number, answer: RawAnswer): void {
    this.#counters[call]!.onAnswer(slot, answer);
  }

  onEnd(request: Readonly<Request>, end: CallEnd, endedAtMs: number): void {
    this.#counters[request.call]!.onEnd(request, end, endedAtMs);
  }

  onResend({ call, slot }: Readonly<Request>): void {
    this.#counters[call]!.forgetAnswers(slot);
  }

  onUnsent(request: Readonly<Request>, unsent: UnsentRequests): void {
    this.#counters[request.call]!.onUnsent(request, unsent);
  }

  onNeverTakenUp(call: number, unsent: UnsentRequests): void {
    this.#counters[call]!.neverTakenUp(unsent);
  }

  /** Of the call that is answered the slowest: no other may make its answers look like a silence. */
  medianLatencyMs(): number | null {
    const medians = this.#counters.flatMap((counter) => counter.medianLatencyMs() ?? []);
    return medians.length === 0 ? null : Math.max(...medians);
  }

  /** Counts apart what is due from a moment on. @param beforeMs On the monotonic clock, ahead. */
  cut(beforeMs: number): void {
    for (const counter of this.#counters) counter.cut(beforeMs);
  }

  /** Ends the cut. @returns What was due before it came to, by call. */
  settle(): CallResult[] {
    return this.#counters.map((counter) => counter.settle());
  }

  /** Everything counted, by call. */
  results(): CallResult[] {
    return this.#counters.map((counter) => counter.counts());
  }

  progress(): PartProgress {
    return sumProgress(
      this.#counters.map((counter) => {
        const { ended, destinations, observed } = counter.progress();
        return { done: ended, destinations, observed };
      }),
    );
  }
}

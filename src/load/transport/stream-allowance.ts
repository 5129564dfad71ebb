/** How many calls must end, each with an answer, until one more is in flight again. */
const ENDS_PER_STREAM = 8;

/**
 * How many streams a peer takes at a time. Its SETTINGS say so, and some refuse streams below that: gRPC's C core
 * counts those too that have ended and that it has not yet let go of (its overload protection). A call
 * is sent again only once, so that what was refused must not meet the same crowd.
 */
export class StreamAllowance {
  /** Of the streams that the session has room for, so many are left free. */
  reserve = 0;
  #endsUntilNext = ENDS_PER_STREAM;

  /**
   * The peer has refused a stream: half of what it did not refuse is in flight from now on, one at least.
   *
   * @param inFlight Streams in flight without the refused one.
   * @param room Streams that the session has room for.
   */
  refused(inFlight: number, room: number): void {
    this.reserve = room - Math.max(1, inFlight >> 1);
    this.#endsUntilNext = ENDS_PER_STREAM;
  }

  /** A call has ended otherwise. */
  ended(): void {
    if (this.reserve === 0) return;
    this.#endsUntilNext -= 1;
    if (this.#endsUntilNext > 0) return;
    this.reserve -= 1;
    this.#endsUntilNext = ENDS_PER_STREAM;
  }
}

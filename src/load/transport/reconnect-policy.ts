const REDIAL_MS = 100;
/** The delay grows up to this where connections come to be, and end before anything was answered. */
const MAX_REDIAL_MS = 400;
/** A connection that lasted longer and carried nothing was idle, and no sign of trouble. */
const SOON_MS = 1000;

/** When a connection is dialled again. It knows no clock: all times are ms of one. */
export class ReconnectPolicy {
  /** Connections in a row that ended soon, and before anything was answered on them. */
  #fruitless = 0;

  /** After an attempt that failed. @returns Time until the next one, in ms. */
  afterRefusal(): number {
    return REDIAL_MS;
  }

  /**
   * After a connection that ended, or takes no more calls. Any may be closed before its first answer,
   * so the first such time is as good as any other; from the second on the peer gets time.
   *
   * @returns Time until it is dialled again, in ms; null is at once.
   */
  afterEnd(hasAnswered: boolean, openedAtMs: number, nowMs: number): number | null {
    if (hasAnswered || nowMs - openedAtMs >= SOON_MS) {
      this.#fruitless = 0;
      return null;
    }
    this.#fruitless += 1;
    if (this.#fruitless === 1) return null;
    return Math.min(REDIAL_MS * 2 ** Math.min(this.#fruitless - 2, 10), MAX_REDIAL_MS);
  }
}

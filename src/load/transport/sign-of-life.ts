import type { Session } from '../../wire/h2/session.js';

/** How long a peer may take to say anything at all, once it is asked. */
export const SILENCE_MS = 2000;

/**
 * Tells a peer that is slow from one that has vanished without closing the connection. Calls time
 * out on both; only the second says nothing when it is asked for an acknowledgement.
 */
export class SignOfLife {
  readonly #session: Session;
  readonly #patience: number;
  #bytesWhenAsked = 0;
  /** Looks since the peer was asked and has said nothing; null while it is not suspected. */
  #silentLooks: number | null = null;

  /** @param lookMs How often {@link isGone} is called, in ms. */
  constructor(session: Session, lookMs: number) {
    this.#session = session;
    // Counted in looks and not by the clock: a client that stalled has not read what came meanwhile.
    this.#patience = Math.ceil(SILENCE_MS / lookMs);
  }

  /**
   * @param isSuspect A call has run out of time since the last look.
   * @returns Whether the peer has had its time to answer, and has said nothing.
   */
  isGone(isSuspect: boolean): boolean {
    if (this.#silentLooks === null && !isSuspect) return false;
    const { bytesIn } = this.#session.ledger;
    if (this.#silentLooks === null || bytesIn !== this.#bytesWhenAsked) {
      this.#silentLooks = isSuspect ? 0 : null;
      this.#bytesWhenAsked = bytesIn;
      if (isSuspect) this.#session.askForAcknowledgement();
      return false;
    }
    this.#silentLooks += 1;
    return this.#silentLooks >= this.#patience;
  }
}

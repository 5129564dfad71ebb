import { isLocalShortage, type LocalShortage } from '../../wire/socket/connect-error.js';
import type { ConnectionLedger } from './transport.js';

/** Whether a connection that did not come to be is no fault of the target. @param kind Why, as `Reach` has it. */
export function isOwnLack(kind: string): boolean {
  return isLocalShortage(kind);
}

/** What this side lacks, and lacked, to open one connection. */
export class Shortage {
  /** What it lacks at the moment; null: nothing. */
  now: LocalShortage | null = null;
  #latest: LocalShortage | null = null;

  /** An attempt has failed. @param kind A `ConnectErrorKind`. */
  failed(kind: string): void {
    this.now = isLocalShortage(kind) ? kind : null;
    this.#latest = this.now ?? this.#latest;
  }

  /** An attempt has succeeded. */
  opened(): void {
    this.now = null;
  }

  inLedger(): Pick<ConnectionLedger, 'shortage'> {
    return this.#latest === null ? {} : { shortage: this.#latest };
  }
}

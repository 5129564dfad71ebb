import { errorCodeName } from './error-codes.js';

/** What a connection went through, apart from the calls on it. Counts since its start. */
export class Ledger {
  streamsOpened = 0;
  /** GOAWAY frames received. */
  goaway = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** Header blocks recognised by their bytes, and those decoded in full. */
  blocksRecognised = 0;
  blocksDecoded = 0;
  /** RST_STREAM frames received, by the name of their code. */
  readonly rstStream = new Map<string, number>();
  /** RST_STREAM frames sent, by the name of their code. */
  readonly rstStreamSent = new Map<string, number>();

  countReset(code: number, direction: 'received' | 'sent'): void {
    const counts = direction === 'received' ? this.rstStream : this.rstStreamSent;
    const name = errorCodeName(code);
    // The peer picks the codes: names beyond the defined ones are bounded.
    const key = counts.has(name) || counts.size < MAX_NAMES ? name : 'other';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}

const MAX_NAMES = 64;

import { EXIT } from './exit-status.js';

/** Signals that ask a command to end. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** One key press may arrive twice: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 500;

/** How Ctrl-C reaches a command. */
export interface Interruption {
  /** Aborts at the first SIGINT or SIGTERM. A second one ends the process at once. */
  readonly signal: AbortSignal;
  /** From now on the first signal ends the process, as without any of this. */
  release(): void;
}

/**
 * Watches for SIGINT and SIGTERM. Called before anything slow is loaded, so that an early Ctrl-C ends
 * in a report, too.
 */
export function watchInterruption(): Interruption {
  const abort = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = (): void => {
    const nowMs = performance.now();
    firstAtMs ??= nowMs;
    if (nowMs - firstAtMs > ECHO_MS) process.exit(EXIT.interrupted);
    abort.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: abort.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

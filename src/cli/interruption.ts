import { gravestStatus, interruptedStatus, type SignalName } from './exit-status.js';

const SIGNALS: readonly SignalName[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** One key press may arrive twice: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 500;
/** How long a command without a report may take to say what it was interrupted in. */
const LAST_WORDS_MS = 1500;

/** How Ctrl-C, and other wishes to end, reach a command. */
export interface Interruption {
  /** Aborts at the first signal. A second one ends the process at once. */
  readonly signal: AbortSignal;
  /** The first signal that came; null while none has. */
  readonly signalName: SignalName | null;
  /** Ends the command as a signal does, without one: a fault of this tool has come up. */
  abort(): void;
  /** From now on there is nothing to report: the first signal ends the process as soon as that is said. */
  release(): void;
}

/**
 * Watches for SIGINT, SIGTERM and SIGHUP. Called before anything slow is loaded, so that an early
 * Ctrl-C ends in a report, too.
 */
export function watchInterruption(): Interruption {
  const abort = new AbortController();
  let first: { name: SignalName; atMs: number } | null = null;
  let isReleased = false;
  const onSignal = (name: SignalName): void => {
    const nowMs = performance.now();
    const { name: firstName, atMs } = (first ??= { name, atMs: nowMs });
    if (nowMs - atMs > ECHO_MS) endNow(firstName);
    abort.abort();
    if (isReleased) setTimeout(endNow, LAST_WORDS_MS, firstName).unref();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: abort.signal,
    get signalName() {
      return first?.name ?? null;
    },
    abort: () => {
      abort.abort();
    },
    release: () => {
      isReleased = true;
    },
  };
}

function endNow(name: SignalName): void {
  process.exit(gravestStatus(interruptedStatus(name), Number(process.exitCode ?? 0)));
}

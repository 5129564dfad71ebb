import type { Silence } from '../../count/counted.js';

/** Shorter stretches without an answer are none. */
const LEAST_SILENCE_MS = 1000;
/** Nor are those within so many times the median latency. */
const MEDIANS = 10;

/**
 * Notices stretches without any answer while something was to be answered. They are measured in
 * looks, and a look counts for its interval at most: while this thread's own event loop stood
 * still, answers may have been there that it had not read.
 */
export class SilenceWatch {
  /** Those that are over. */
  readonly silences: Silence[] = [];
  readonly #lookMs: number;
  readonly #medianLatencyMs: () => number | null;
  /** Whether the peer has answered anything. */
  hasAnswer = false;
  /** Nothing is to be answered. */
  #isIdle = true;
  #quietSinceMs = performance.now();
  /** What {@link #looksMs} was then. */
  #quietSinceLooksMs = -0;
  /** Time that looks have covered. */
  // Fractions from the start, as in `request.ts`.
  #looksMs = -0;
  #lookedAtMs = performance.now();
  /** Since the stretch became long: the median latency before it, null when there was none. */
  #long: { medianMs: number | null } | null = null;
  /** Stretches before the first answer: how long is long is known at the end. */
  readonly #early: Silence[] = [];

  /**
   * @param lookMs How often {@link look} is called.
   * @param medianLatencyMs Of what was answered so far; null when nothing was.
   */
  constructor(lookMs: number, medianLatencyMs: () => number | null) {
    this.#lookMs = lookMs;
    this.#medianLatencyMs = medianLatencyMs;
  }

  /** Something is to be answered, where there was nothing. All times are on the monotonic clock. */
  begin(nowMs: number): void {
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#quietSinceMs = nowMs;
    this.#quietSinceLooksMs = this.#looksMs;
  }

  /** The peer has answered something. */
  answered(nowMs: number): void {
    if (this.#long !== null) this.#close();
    this.hasAnswer = true;
    this.#quietSinceMs = nowMs;
    this.#quietSinceLooksMs = this.#looksMs;
  }

  /** @param isIdle Whether nothing is to be answered. */
  look(nowMs: number, isIdle: boolean): void {
    this.#looksMs += Math.min(nowMs - this.#lookedAtMs, 2 * this.#lookMs);
    this.#lookedAtMs = nowMs;
    if (isIdle) {
      this.#close();
      this.#isIdle = true;
    } else if (this.#long === null && this.#lengthMs > LEAST_SILENCE_MS) {
      this.#long = { medianMs: this.hasAnswer ? this.#medianLatencyMs() : null };
    }
  }

  /** For how long nothing has been answered, in ms; 0 where nothing is to be. */
  get quietMs(): number {
    return this.#isIdle ? 0 : this.#lengthMs;
  }

  /** Whether the peer is silent, and would not be if it went on as before. */
  get isSilent(): boolean {
    return !this.#isIdle && this.#long !== null && isLong(this.#lengthMs, this.#long.medianMs ?? 0);
  }

  /** Nothing will be answered any more. */
  end(): void {
    this.#close();
    this.#isIdle = true;
    const medianMs = this.hasAnswer ? (this.#medianLatencyMs() ?? 0) : 0;
    this.silences.push(
      ...this.#early.splice(0).filter(({ lengthMs }) => isLong(lengthMs, medianMs)),
    );
  }

  get #lengthMs(): number {
    return this.#looksMs - this.#quietSinceLooksMs;
  }

  #close(): void {
    const long = this.#long;
    if (long === null) return;
    this.#long = null;
    const silence: Silence = {
      startMs: performance.timeOrigin + this.#quietSinceMs,
      lengthMs: this.#lengthMs,
    };
    if (long.medianMs === null) this.#early.push(silence);
    else if (isLong(silence.lengthMs, long.medianMs)) this.silences.push(silence);
  }
}

function isLong(lengthMs: number, medianMs: number): boolean {
  return lengthMs > Math.max(LEAST_SILENCE_MS, MEDIANS * medianMs);
}

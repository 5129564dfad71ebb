import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** How well a thread's event loop kept up with itself. */
export interface ThreadHealth {
  /** Share of the time in which its event loop had something to do, 0 to 1. */
  utilisation: number;
  /** How much later than asked for its timers fired, in ms. */
  lagP99Ms: number;
  lagMaxMs: number;
}

const RESOLUTION_MS = 10;
const NANOS_PER_MS = 1e6;

/** Watches the calling thread's event loop, from when it is made. */
export class ThreadWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #before = performance.eventLoopUtilization();

  constructor() {
    this.#delay.enable();
  }

  /** What was seen so far. */
  health(): ThreadHealth {
    const { utilization } = performance.eventLoopUtilization(this.#before);
    // What is recorded is the time between two timers; the first part of it was asked for.
    const lag = (nanos: number): number =>
      this.#delay.count === 0 ? 0 : Math.max(0, nanos / NANOS_PER_MS - RESOLUTION_MS);
    return {
      utilisation: utilization,
      lagP99Ms: lag(this.#delay.percentile(99)),
      lagMaxMs: lag(this.#delay.max),
    };
  }

  end(): void {
    this.#delay.disable();
  }
}

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** How well a thread's event loop kept up with itself. */
interface LoopHealth {
  /** Share of the time in which its event loop had something to do, 0 to 1. */
  utilisation: number;
  /** How much later than asked for its timers fired, in ms. */
  lagP99Ms: number;
  lagMaxMs: number;
}

/** How well a thread kept up. */
export interface ThreadHealth extends LoopHealth {
  /** How much later than it could have it sent what was due, in ms (p99); null in a closed loop. */
  latenessP99Ms: number | null;
}

const RESOLUTION_MS = 10;
const NANOS_PER_MS = 1e6;

/**
 * Watches the calling thread's event loop.
 *
 * @returns A function that ends the watch and says what was seen.
 */
export function watchThread(): () => LoopHealth {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const before = performance.eventLoopUtilization();
  return () => {
    const { utilization } = performance.eventLoopUtilization(before);
    delay.disable();
    // What is recorded is the time between two timers; the first part of it was asked for.
    const lag = (nanos: number): number =>
      delay.count === 0 ? 0 : Math.max(0, nanos / NANOS_PER_MS - RESOLUTION_MS);
    return {
      utilisation: utilization,
      lagP99Ms: lag(delay.percentile(99)),
      lagMaxMs: lag(delay.max),
    };
  };
}

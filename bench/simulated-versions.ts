import type { CallCounts } from '../src/count/counted.js';
import { placeOfMs } from '../src/count/histogram.js';
import { emptyCallCounts } from '../src/count/nothing-counted.js';
import { TimedLatency } from '../src/count/timed-latency.js';
import { seededRandom } from '../src/stats/random.js';

/** Two versions behind one gateway. */
export interface Versions {
  requests: number;
  seconds: number;
  /** Share of the requests that v2 gets. */
  v2Share: number;
  /** v2's latencies are so many times those of v1. */
  v2Factor?: number;
  /** Stretches in which requests wait for the end: of both at once, or of each its own. */
  pauses?: 'shared' | 'own' | null;
  seed: number;
}

const START_MS = Date.UTC(2026, 0, 31, 12);
/** Between pauses, and how long they last on average. */
const PAUSE_EVERY_MS = 5000;
const PAUSE_MS = 150;

/** What a run counts of them: log-normal latencies, one request after the other. */
export function simulatedVersions({
  requests,
  seconds,
  v2Share,
  v2Factor = 1,
  pauses = null,
  seed,
}: Versions): CallCounts {
  const random = seededRandom(seed);
  const waits = (): ((atMs: number) => number) => waitingTimes(random, seconds);
  const none = (): number => 0;
  const ofV1 = pauses === null ? none : waits();
  const ofV2 = pauses === 'own' ? waits() : ofV1;
  const timed = new TimedLatency(2);
  const call = emptyCallCounts(['v1', 'v2'], Infinity);
  for (let request = 0; request < requests; request++) {
    const atMs = (request / requests) * seconds * 1000;
    const destination = random() < v2Share ? 1 : 0;
    const own = 5 * Math.exp(0.5 * normal(random)) * (destination === 1 ? v2Factor : 1);
    const latencyMs = own + (destination === 1 ? ofV2 : ofV1)(atMs);
    timed.record(timed.at(START_MS + atMs), destination, placeOfMs(latencyMs));
    call.observed[destination]! += 1;
  }
  return { ...call, sent: requests, timedLatency: timed.counts(2) };
}

function waitingTimes(random: () => number, seconds: number): (atMs: number) => number {
  const ends: [startMs: number, endMs: number][] = [];
  for (let atMs = exponential(random, PAUSE_EVERY_MS); atMs < seconds * 1000;) {
    ends.push([atMs, atMs + exponential(random, PAUSE_MS)]);
    atMs += exponential(random, PAUSE_EVERY_MS);
  }
  return (atMs) =>
    ends.reduce(
      (wait, [startMs, endMs]) =>
        atMs >= startMs && atMs < endMs ? Math.max(wait, endMs - atMs) : wait,
      0,
    );
}

function exponential(random: () => number, mean: number): number {
  return -mean * Math.log(1 - random());
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

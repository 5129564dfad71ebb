import { setTimeout as sleep } from 'node:timers/promises';

/** So many requests are answered before a fault is made. */
export const BEFORE = 40;
/** Of requests, where a fault makes them wait for ever. */
export const DEADLINE_MS = 700;
export const SHORT_DEADLINE = ['--timeout', `${DEADLINE_MS}ms`];
/** For how long something is gone that comes back: shorter than requests wait for it. */
export const OUTAGE_MS = 700;
/** Longer than a silence has to be to be told: a second, and ten times what a busy machine takes to answer. */
export const SILENCE_MS = 1800;
/** More requests than come within that time. */
export const HELD_BACK = 200;

/** Takes a step again and again. */
export async function every(intervalMs: number, times: number, step: () => void): Promise<void> {
  for (let done = 0; done < times; done++) {
    step();
    await sleep(intervalMs);
  }
}

import { randomDraws } from '../../../src/mesh/random.js';
import type { RunRecord } from '../../../src/record/run-record.js';
import type { Pods } from '../../fixtures/greeters.js';
import { startLiveEnvoy } from '../../fixtures/live-envoy.js';
import { verify } from '../findings/greeter-runs.js';

/** How often Envoy is given other weights. */
const STEP_MS = 10;

/** The share of v1 some time after the first request, in percent. */
export type ShareAt = (elapsedMs: number) => number;

/** 100 or 0, drawn anew each time: 60 on average. */
export function byTheClock(): ShareAt {
  const random = randomDraws(12);
  return () => (random() < 0.6 ? 100 : 0);
}

/** A run through a real Envoy that has other weights every few milliseconds, from the first request on. */
export async function runThroughChanging(
  pods: Pods,
  shareAt: ShareAt,
  args: readonly string[],
): Promise<RunRecord> {
  const weightsAt = (elapsedMs: number): Record<string, number> => {
    const v1 = Math.round(shareAt(elapsedMs));
    return { v1, v2: 100 - v1 };
  };
  const served = (): number => Object.values(pods.served()).reduce((sum, count) => sum + count, 0);
  const clusters = Object.entries(weightsAt(0)).map(([name, weight]) => {
    return { name, weight, ports: [pods.ports[name]!] };
  });
  const envoy = await startLiveEnvoy({ kind: 'http', clusters });
  const before = served();
  let startedAt: number | null = null;
  const timer = setInterval(() => {
    if (startedAt === null && served() === before) return;
    startedAt ??= performance.now();
    envoy.setWeights(weightsAt(performance.now() - startedAt));
  }, STEP_MS);
  try {
    return await verify(envoy.address, args);
  } finally {
    clearInterval(timer);
    await envoy.stop();
  }
}

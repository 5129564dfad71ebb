import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attributionTable } from '../../src/count/attribution.js';
import { Tally } from '../../src/count/tally.js';
import type { ExpectedSplit } from '../../src/run/expected-split.js';
import { type Probe, waitForRollout } from '../../src/run/rollout.js';
import { seededRandom } from '../../src/stats/random.js';

const RULE = { alpha: 0.001, power: 0.99, tolerance: '5pp', maxErrorRate: 0.01, seed: 1 };
const LONG_MS = 60_000;

function expecting(weights: Record<string, number>): ExpectedSplit {
  const names = Object.keys(weights);
  return {
    via: null,
    route: null,
    destinations: names.map((name) => ({
      name,
      weight: weights[name] ?? 0,
      replicas: null,
      previousWeight: null,
    })),
    attribution: attributionTable(names, [], []),
    programmed: null,
    aborts: null,
    notes: [],
  };
}

/** A batch in which each destination answered so often, in a random order; the rest failed. */
function batchOf(requests: number, counts: readonly number[]): Tally {
  const tally = new Tally({ destinations: counts.length, connections: 32, blockSize: 20 });
  const random = seededRandom(5);
  const answers = counts.flatMap((count, index) => new Array<number>(count).fill(index));
  const order = Array.from({ length: requests }, (_, i) => ({
    to: answers[i] ?? -1,
    at: random(),
  }));
  order.sort((one, other) => one.at - other.at);
  for (const [sequence, { to: destination }] of order.entries()) {
    tally.add({
      sequence,
      connectionSequence: Math.floor(sequence / 32),
      connection: sequence % 32,
      scheduledAtMs: 0,
      sentAtMs: 0,
      latencyMs: 1,
      outcome: destination < 0 ? 'failed' : 'ok',
      status: destination < 0 ? 'UNAVAILABLE' : 'OK',
      cause: '',
      pod: -1,
      destination,
    });
  }
  return tally;
}

/** Serves the shares given for each batch, the last one for all that follow. */
function serving(shares: readonly (readonly number[])[]): { probe: Probe; sizes: number[] } {
  const sizes: number[] = [];
  return {
    sizes,
    probe: ([requests = 0]) => {
      const now = shares[Math.min(sizes.length, shares.length - 1)] ?? [];
      sizes.push(requests);
      const counts = now.map((share) => Math.round(share * requests));
      return Promise.resolve([batchOf(requests, counts)]);
    },
  };
}

async function wait(
  weights: Record<string, number>,
  shares: readonly (readonly number[])[],
  limitMs: number,
  planned = 3089,
): Promise<{ followed: boolean; sizes: number[]; sent: number }> {
  const { probe, sizes } = serving(shares);
  const { signal } = new AbortController();
  const calls = [{ expected: expecting(weights), rule: RULE, planned }];
  const { rollout, sent } = await waitForRollout(probe, calls, limitMs, signal);
  return { followed: rollout.followed, sizes, sent };
}

describe('waiting for a roll-out', () => {
  const weights = { v1: 60, v2: 40 };

  it('ends with two batches in a row that follow the weights, a quarter of the sample each', async () => {
    const { followed, sizes, sent } = await wait(weights, [[0.6, 0.4]], LONG_MS);
    assert.ok(followed);
    assert.deepEqual(sizes, [773, 773]);
    assert.equal(sent, 1546);
  });

  it('begins again after a batch that does not', async () => {
    const shares = [
      [0.9, 0.1],
      [0.6, 0.4],
      [0.7, 0.3],
      [0.6, 0.4],
    ];
    const { followed, sizes } = await wait(weights, shares, LONG_MS);
    assert.ok(followed);
    assert.equal(sizes.length, 5);
  });

  it('keeps its batches within bounds', async () => {
    assert.deepEqual((await wait(weights, [[0.6, 0.4]], LONG_MS, 200)).sizes, [100, 100]);
    assert.deepEqual((await wait(weights, [[0.6, 0.4]], LONG_MS, 90_000)).sizes, [1000, 1000]);
  });

  it('does not end on a leak, on failures or without an answer, and is bounded', async () => {
    for (const [of, shares] of [
      [{ v1: 100, v2: 0 }, [0.999, 0.001]],
      [weights, [0.57, 0.38]],
      [weights, [0, 0]],
    ] as const) {
      const { followed, sizes } = await wait(of, [shares], 20, 4000);
      assert.ok(!followed, JSON.stringify(shares));
      assert.ok(sizes.length >= 1);
    }
  });

  it('ends when it is interrupted', async () => {
    const interruption = new AbortController();
    const { probe } = serving([[0.9, 0.1]]);
    const interrupted: Probe = (requests, limitMs) => {
      interruption.abort();
      return probe(requests, limitMs);
    };
    const calls = [{ expected: expecting(weights), rule: RULE, planned: 3089 }];
    const { rollout } = await waitForRollout(interrupted, calls, LONG_MS, interruption.signal);
    assert.equal(rollout.followed, false);
  });

  it('is over when all of several calls follow', async () => {
    const sizes: (readonly number[])[] = [];
    const probe: Probe = (requests) => {
      sizes.push(requests);
      const [first = 0, second = 0] = requests;
      // The second call follows from its third batch on.
      const share = sizes.length < 3 ? 0.5 : 0.9;
      return Promise.resolve([
        batchOf(first, [Math.round(0.6 * first), Math.round(0.4 * first)]),
        batchOf(second, [Math.round(share * second), Math.round((1 - share) * second)]),
      ]);
    };
    const calls = [
      { expected: expecting(weights), rule: RULE, planned: 3089 },
      { expected: expecting({ v1: 90, v2: 10 }), rule: RULE, planned: 1287 },
    ];
    const { signal } = new AbortController();
    const { rollout, sent } = await waitForRollout(probe, calls, LONG_MS, signal);
    assert.ok(rollout.followed);
    assert.deepEqual(sizes, new Array(4).fill([773, 322]));
    assert.equal(sent, 4 * (773 + 322));
  });
});

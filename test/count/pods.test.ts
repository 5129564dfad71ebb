import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HistogramCounts, PodCounts } from '../../src/count/counted.js';
import { mergePods } from '../../src/count/pods.js';

const NAMES = ['a', 'constructor', '__proto__'];

const pods: fc.Arbitrary<Map<string, PodCounts>> = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...NAMES),
      fc.integer({ min: -1, max: 2 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(null, [0, 1], [1, 2]),
    ),
    { selector: ([name]) => name },
  )
  .map(
    (drawn) =>
      new Map(
        drawn.map(([name, destination, observed, latency]) => [
          name,
          { destination, observed, latency },
        ]),
      ),
  );

describe('mergePods', () => {
  it('is the same in any order and grouping, whatever pods have said of themselves', () => {
    fc.assert(
      fc.property(pods, pods, pods, (a, b, c) => {
        assert.deepEqual(mergePods(a, b), mergePods(b, a));
        assert.deepEqual(mergePods(mergePods(a, b), c), mergePods(a, mergePods(b, c)));
      }),
    );
  });

  it('takes the first destination that a pod was known to belong to', () => {
    const of = (destination: number): Map<string, PodCounts> =>
      new Map([['a', { destination, observed: 1, latency: null }]]);
    const joined = (one: number, other: number) =>
      mergePods(of(one), of(other)).get('a')!.destination;
    assert.deepEqual([joined(1, 0), joined(-1, 1), joined(-1, -1)], [0, 1, -1]);
  });

  it('keeps no latency of a pod where a part had not', () => {
    const of = (latency: HistogramCounts | null): Map<string, PodCounts> =>
      new Map([['a', { destination: 0, observed: 1, latency }]]);
    const [some, none] = [of([0, 1]), of(null)];
    assert.equal(mergePods(some, none).get('a')!.latency, null);
    assert.deepEqual(mergePods(some, some).get('a')!.latency, [0, 2]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logRepeatGain } from '../../src/stats/repeating-draws.js';
import { seededRandom } from '../../src/stats/random.js';

/** The logarithm of a sequence's likelihood, draw by draw. */
function logLikelihood(draws: readonly number[], shares: readonly number[], rho: number): number {
  return draws.reduce((sum, draw, at) => {
    const fresh = shares[draw]!;
    if (at === 0) return sum + Math.log(fresh);
    return sum + Math.log((draws[at - 1] === draw ? rho : 0) + (1 - rho) * fresh);
  }, 0);
}

function drawn(shares: readonly number[], rho: number, length: number, seed: number): number[] {
  const random = seededRandom(seed);
  const fresh = (): number => {
    let left = random();
    return Math.max(
      0,
      shares.findIndex((share) => (left -= share) < 0),
    );
  };
  const draws = [fresh()];
  while (draws.length < length) draws.push(random() < rho ? draws.at(-1)! : fresh());
  return draws;
}

function orderedOf(draws: readonly number[], destinations: number) {
  return {
    counts: Array.from({ length: destinations }, (_, i) => draws.filter((d) => d === i).length),
    pairs: draws.length - 1,
    equal: draws.filter((draw, at) => at > 0 && draw === draws[at - 1]).length,
  };
}

/** Found by trying. */
function bestGain(draws: readonly number[], shares: readonly number[], most: number): number {
  const tried = Array.from({ length: 2001 }, (_, i) => (i / 2000) * most);
  return (
    Math.max(...tried.map((rho) => logLikelihood(draws, shares, rho))) -
    logLikelihood(draws, shares, 0)
  );
}

describe('what repeating draws explain better', () => {
  it('is what trying every probability finds, for two destinations', () => {
    for (const rho of [0, 0.3, 0.9, 0.99]) {
      for (const served of [
        [0.6, 0.4],
        [0.9, 0.1],
      ]) {
        const draws = drawn(served, rho, 400, 7);
        const gain = logRepeatGain(orderedOf(draws, 2), [0.6, 0.4], 0.99);
        const best = bestGain(draws, [0.6, 0.4], 0.99);
        // Which of the two has one more of the equal pairs is not known.
        assert.ok(gain > best - 1e-4 && gain < best + 1, `${gain} and ${best}`);
      }
    }
  });
  it('is never less for more destinations', () => {
    for (const rho of [0, 0.5, 0.95]) {
      const shares = [0.1, 0.4, 0.5];
      const draws = drawn(shares, rho, 600, 11);
      const gain = logRepeatGain(orderedOf(draws, 3), shares, 0.99);
      assert.ok(gain > bestGain(draws, shares, 0.99) - 1e-4);
    }
  });
  it('is that of the longest runs allowed where one destination alone was drawn', () => {
    const gain = logRepeatGain({ counts: [0, 100], pairs: 99, equal: 99 }, [0.6, 0.4], 0.99);
    assert.ok(Math.abs(gain - 99 * Math.log((0.99 + 0.01 * 0.4) / 0.4)) < 1e-9);
  });
  it('is nothing where neighbours differ as often as they should', () => {
    assert.equal(logRepeatGain({ counts: [50, 50], pairs: 99, equal: 40 }, [0.5, 0.5], 0.99), 0);
  });
});

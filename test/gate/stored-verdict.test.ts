import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  inExcess,
  isReplaced,
  sequelOf,
  type StoredVerdict,
} from '../../src/gate/stored-verdict.js';

const MINUTE_MS = 60_000;
const NOW_MS = Date.parse('2026-01-01T12:00:00.000Z');

function stored(more: Partial<StoredVerdict> = {}): StoredVerdict {
  return {
    schema: 'splitproof/gate/v1',
    ...{ id: 'a', scenario: 's', revision: 'r', step: '1', labels: {}, reasons: [] },
    ...{ verdict: 'pass', exitCode: 0, samples: 1, requests: 100, requestsAtMost: null },
    endedAt: '2026-01-01T11:55:00.000Z',
    ...more,
  };
}

describe('what a repeated question leads to', () => {
  const sequel = (known: StoredVerdict | null) => sequelOf(known, 10 * MINUTE_MS, NOW_MS);
  const cases: [what: string, known: StoredVerdict | null, sequel: ReturnType<typeof sequel>][] = [
    ['nothing is known', null, 'run'],
    ['a pass is kept', stored(), 'answer'],
    ['a pass is old', stored({ endedAt: '2026-01-01T11:50:00.000Z' }), 'run'],
    ['a clock was set back', stored({ endedAt: '2026-01-01T12:09:00.000Z' }), 'answer'],
    ['a clock was far ahead', stored({ endedAt: '2026-01-01T12:11:00.000Z' }), 'run'],
    ['a fail', stored({ verdict: 'fail', endedAt: '2020-01-01T00:00:00.000Z' }), 'answer'],
    ['a fail that might go on', stored({ verdict: 'fail', requestsAtMost: 900 }), 'answer'],
    ['a fixed size', stored({ verdict: 'inconclusive' }), 'answer'],
    ['room up to the cap', stored({ verdict: 'inconclusive', requestsAtMost: 101 }), 'continue'],
    ['the cap', stored({ verdict: 'inconclusive', requestsAtMost: 100 }), 'answer'],
  ];
  for (const [what, known, wanted] of cases) {
    it(`${what}: ${wanted}`, () => {
      assert.equal(sequel(known), wanted);
    });
  }
});

describe('a verdict of a question that has one', () => {
  const FAIL = stored({ verdict: 'fail' });
  const OPEN = stored({ verdict: 'inconclusive' });
  const cases: [what: string, known: StoredVerdict, next: StoredVerdict, isIt: boolean][] = [
    ['a fail, by a pass', FAIL, stored({ samples: 2 }), false],
    ['a fail, by a fail', FAIL, stored({ verdict: 'fail' }), false],
    ['a pass, by a fail', stored(), FAIL, true],
    ['a pass, by a pass', stored(), stored(), true],
    ['what is inconclusive, by another sample', OPEN, stored(), false],
    ['what is inconclusive, by more of its own', OPEN, stored({ samples: 2 }), true],
    ['what is inconclusive, by a fail', OPEN, FAIL, true],
  ];
  for (const [what, known, next, isIt] of cases) {
    it(`${isIt ? 'replaces' : 'does not replace'} ${what}`, () => {
      assert.equal(isReplaced(known, next), isIt);
    });
  }
});

describe('verdicts in excess', () => {
  it('are old passes first, and fails last', () => {
    const all = [
      stored({ id: 'fail', verdict: 'fail', endedAt: '2020-01-01T00:00:00.000Z' }),
      stored({ id: 'pass' }),
      stored({ id: 'old', endedAt: '2026-01-01T10:00:00.000Z' }),
      stored({ id: 'older', endedAt: '2026-01-01T09:00:00.000Z' }),
      stored({ id: 'open', verdict: 'inconclusive', endedAt: '2021-01-01T00:00:00.000Z' }),
    ];
    const gone = (most: number) => inExcess(all, most, 10 * MINUTE_MS, NOW_MS).map(({ id }) => id);
    assert.deepEqual(gone(5), []);
    assert.deepEqual(gone(0), ['older', 'old', 'pass', 'open', 'fail']);
    assert.deepEqual(gone(3), ['older', 'old']);
  });
});

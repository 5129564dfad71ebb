import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unlessChanged } from '../../../../src/expect/split/verdict/changed-during-run.js';
import { found } from '../../../../src/expect/found.js';
import { decide } from '../split-runs.js';

const change = found('target', {
  code: 'weights-changed-during-run',
  severity: 'warning',
  summary: 'the split changed about 0.5 s into the run',
  evidence: '',
  advice: '',
});
const drift = { ...change, code: 'warm-up-drift' };

describe('a change of the weights during the run', () => {
  it('bars a pass, whatever the average says', () => {
    const passing = decide([60, 40], [1853, 1236]);
    assert.equal(unlessChanged(passing, []).verdict, 'pass');
    assert.equal(unlessChanged(passing, [drift]).verdict, 'pass');
    const { verdict, reasons } = unlessChanged(passing, [drift, change]);
    assert.equal(verdict, 'inconclusive');
    assert.deepEqual(
      reasons.map(({ code }) => code),
      ['weights-changed-during-run'],
    );
    assert.match(reasons[0]!.text, /right on average, but the weights changed/);
  });
  it('keeps nothing from failing', () => {
    const failing = decide([60, 40], [2400, 689]);
    assert.equal(unlessChanged(failing, [change]).verdict, 'fail');
  });
});

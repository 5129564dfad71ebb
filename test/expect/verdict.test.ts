import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { worstOf } from '../../src/expect/verdict.js';

describe('the verdict on several things', () => {
  it('is the worst of theirs', () => {
    assert.equal(worstOf(['pass', 'pass']), 'pass');
    assert.equal(worstOf(['pass', 'inconclusive', 'pass']), 'inconclusive');
    assert.equal(worstOf(['inconclusive', 'fail', 'pass']), 'fail');
    assert.equal(worstOf([]), 'pass');
  });
});

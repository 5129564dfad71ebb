import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../src/call/answer.js';
import { CacheWatch } from '../../src/count/cache-watch.js';
import { cachedAnswers } from '../../src/expect/load/cached-answers.js';

function answer(headers: Record<string, string>): RawAnswer {
  return {
    buffer: new Uint8Array(0),
    status: 200,
    messageStart: 0,
    messageEnd: 0,
    header: (name) => headers[name],
    trailer: () => undefined,
  };
}

function cached(headers: Record<string, string>): boolean {
  const watch = new CacheWatch();
  watch.look(answer(headers));
  return watch.counts().cached === 1;
}

describe('answers out of a cache', () => {
  it('say so', () => {
    for (const headers of [
      { age: '1' },
      { age: '0', 'x-cache': 'HIT' },
      { age: '600' },
      { 'x-cache': 'Hit from cloudfront' },
      { 'x-cache': 'TCP_MEM_HIT from edge' },
      { 'x-cache': 'MISS, HIT' },
    ]) {
      assert.ok(cached(headers), JSON.stringify(headers));
    }
  });

  it('are not those that were just fetched', () => {
    for (const headers of [{}, { age: '0' }, { age: '' }, { 'x-cache': 'MISS' }, { age: 'x' }]) {
      assert.ok(!cached(headers), JSON.stringify(headers));
    }
  });

  it('are looked for in the first ones, then in one of sixteen', () => {
    const watch = new CacheWatch();
    for (let number = 0; number < 160; number++) watch.look(answer({ age: '5' }));
    assert.deepEqual(watch.counts(), { looked: 70, cached: 70 });
  });

  it('are a finding, however few', () => {
    assert.equal(cachedAnswers([{ looked: 100, cached: 0 }]), null);
    const finding = cachedAnswers([
      { looked: 100, cached: 1 },
      { looked: 100, cached: 0 },
    ]);
    assert.equal(finding?.code, 'cached-answers');
    assert.match(finding.evidence, /^1 of 200 answers .*\(0\.5 %\)/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../src/call/answer.js';
import { AttemptTally, mergeAttempts, NOT_SAID } from '../../src/count/attempt-counts.js';
import { AttemptWatch } from '../../src/count/attempt-watch.js';

function answer(headers: Record<string, string>, trailers: Record<string, string> = {}): RawAnswer {
  return {
    ...{ buffer: new Uint8Array(0), status: 0, messageStart: 0, messageEnd: 0 },
    header: (name) => headers[name],
    trailer: (name) => trailers[name],
  };
}

describe('how often a gateway says that it tried', () => {
  const COUNT = 'x-envoy-attempt-count';

  it('stands in Envoy’s own header, of grpc-js in the trailers of an error', () => {
    const watch = new AttemptWatch([]);
    assert.equal(watch.look(answer({ [COUNT]: '3' })), 3);
    assert.equal(watch.look(answer({}, { [COUNT]: '2' })), 2);
    for (const [text, attempts] of [
      ['', NOT_SAID],
      ['-', NOT_SAID],
      ['3x', NOT_SAID],
      ['1e3', NOT_SAID],
      ['999', 32],
    ] as const) {
      assert.equal(watch.look(answer({ [COUNT]: text })), attempts, text);
    }
  });

  it('stands in a header that the route sets, where nothing else varies in it', () => {
    const operator = '%UPSTREAM_REQUEST_ATTEMPT_COUNT%';
    const watch = new AttemptWatch([
      { name: 'x-tries', values: [`tried ${operator} times`, null] },
      { name: 'x-both', values: [`%UPSTREAM_HOST% ${operator}`] },
      { name: 'x-twice', values: [`${operator}${operator}`] },
      { name: 'x-other', values: ['fixed'] },
    ]);
    assert.equal(watch.look(answer({ 'x-tries': 'tried 4 times' })), 4);
    assert.equal(watch.look(answer({ 'x-tries': 'tried 4' })), NOT_SAID);
    assert.equal(watch.look(answer({ 'x-both': '10.0.0.1:80 4' })), NOT_SAID);
    assert.equal(watch.look(answer({ 'x-twice': '44' })), NOT_SAID);
    assert.equal(watch.look(answer({ 'x-other': '4' })), NOT_SAID);
  });

  it('is looked for in the first answers, then in one of 64, and in all once one says it', () => {
    const watch = new AttemptWatch([]);
    let looked = 0;
    const silent = { ...answer({}), header: () => void (looked += 1) };
    for (let number = 0; number < 640; number++) watch.look(silent);
    assert.equal(looked, 64 + 9);
    for (let number = 0; number < 64; number++) watch.look(answer({ [COUNT]: '2' }));
    assert.equal(watch.look(answer({ [COUNT]: '2' })), 2);
  });
});

describe('counts of attempts', () => {
  const OK = { attempts: 1, isAnswered: true, isLate: false, status: 0, cause: '' };
  const FAILED = { ...OK, attempts: 3, status: 14, cause: 'busy' };

  function tallyOf(...requests: [typeof OK, number, boolean][]): AttemptTally {
    const tally = new AttemptTally(4);
    for (const [request, destination, isFailed] of requests)
      tally.add(request, destination, isFailed);
    return tally;
  }

  it('are by destination, the last of none, and failures by attempts', () => {
    const tally = tallyOf(
      [OK, 0, false],
      [{ ...OK, attempts: 2 }, 1, false],
      [FAILED, -1, true],
      [FAILED, -1, true],
      [{ ...FAILED, attempts: NOT_SAID, isLate: true }, -1, true],
      // Nobody answered it.
      [{ ...FAILED, isAnswered: false, attempts: NOT_SAID }, -1, true],
    );
    assert.deepEqual(tally.counts(2), {
      byDestination: [
        [0, 1],
        [0, 0, 1],
        [0, 0, 0, 2],
      ],
      failures: [
        { attempts: 3, isLate: false, status: 14, cause: 'busy', count: 2 },
        { attempts: NOT_SAID, isLate: true, status: 14, cause: 'busy', count: 1 },
      ],
    });
    assert.equal(tallyOf([{ ...OK, attempts: NOT_SAID }, 0, false]).counts(2), undefined);
  });

  it('add up to the same as one that has counted all', () => {
    const requests: [typeof OK, number, boolean][] = [
      [OK, 0, false],
      [{ ...OK, attempts: 4 }, 1, false],
      [FAILED, 1, true],
      [{ ...FAILED, cause: 'gone' }, -1, true],
      [FAILED, 1, true],
    ];
    const whole = tallyOf(...requests).counts(2)!;
    for (let cut = 1; cut < requests.length; cut++) {
      const [a, b] = [tallyOf(...requests.slice(0, cut)), tallyOf(...requests.slice(cut))];
      assert.deepEqual(mergeAttempts(a.counts(2)!, b.counts(2)!), whole);
      assert.deepEqual(mergeAttempts(b.counts(2)!, a.counts(2)!), whole);
      a.absorb(b);
      assert.deepEqual(a.counts(2), whole);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CONTROLLER_WAIT_MS, questionOf, RequestError } from '../../src/gate/question.js';

const MAX_MS = 300_000;
const read = (body: unknown, query: Record<string, unknown> = {}, prefer?: string) =>
  questionOf({ body, query, prefer }, 0, MAX_MS);

describe('a question', () => {
  it('is read from a body, from a query, or from both', () => {
    const whole = { revision: 'a', step: '3', labels: { x: 'y' } };
    assert.deepEqual(read({ revision: 'a', step: 3, labels: { x: 'y' } }), {
      ...whole,
      ...{ isFlagger: false, inconclusive: 'report', waitMs: 0 },
    });
    assert.equal(read(undefined, { revision: 'q', step: 's' }).step, 's');
    assert.equal(read({ revision: 'b' }, { revision: 'q', step: 's' }).revision, 'b');
  });

  it("is Flagger's payload, as Flagger sends it", () => {
    const bare = { name: 'podinfo', namespace: 'test', phase: 'Progressing', checksum: '85d5' };
    const question = read({ ...bare, metadata: { step: '2', token: 'ignored' } });
    assert.deepEqual(
      [question.revision, question.step, question.isFlagger, question.waitMs],
      ['test/podinfo/85d5', '2', true, CONTROLLER_WAIT_MS],
    );
    assert.equal(read(bare).step, null);
    assert.throws(() => read({ ...bare, checksum: '' }), RequestError);
  });

  it('waits as it is told, and no longer than is allowed', () => {
    const body = { revision: 'a' };
    assert.equal(read(body, { wait: '1m30s' }).waitMs, 90_000);
    assert.equal(read(body, { wait: '1h' }).waitMs, MAX_MS);
    assert.equal(read(body, {}, 'wait=30').waitMs, 30_000);
    assert.equal(read(body, {}, 'respond-async; foo=1, wait = "10"').waitMs, 10_000);
    assert.equal(read(body, {}, 'await=10').waitMs, 0);
  });

  it('says how an inconclusive verdict is answered', () => {
    const body = { revision: 'a' };
    assert.equal(read(body).inconclusive, 'report');
    assert.equal(read(body, { inconclusive: 'pass' }).inconclusive, 'pass');
    assert.throws(
      () => read(body, { inconclusive: 'yes' }),
      new RequestError('inconclusive: it is pass, fail or report'),
    );
  });

  it('is read or refused in one sentence, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), fc.dictionary(fc.string(), fc.anything()), (body, query) => {
        try {
          const { revision, step } = read(body, query);
          assert.ok(revision.length > 0 && revision.length <= 700 && !/\p{Cc}/u.test(revision));
          assert.ok(step === null || !/\p{Cc}/u.test(step));
        } catch (error) {
          assert.ok(error instanceof RequestError);
          assert.ok(!error.message.includes('\n'));
        }
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerTo, type Asker, type Known } from '../../src/gate/answer.js';
import type { Question } from '../../src/gate/question.js';
import type { StoredVerdict } from '../../src/gate/stored-verdict.js';

const KEY = { id: 'ab', scenario: 'checkout', revision: 'shop/checkout/1', step: 'one' };
const EXIT = { pass: 0, fail: 1, inconclusive: 3 };

function judged(verdict: StoredVerdict['verdict']): Known {
  return {
    kind: 'verdict',
    verdict: {
      schema: 'splitproof/gate/v1',
      ...KEY,
      labels: {},
      verdict,
      exitCode: EXIT[verdict],
      reasons: [],
      samples: 1,
      requests: 100,
      requestsAtMost: null,
      endedAt: '2026-01-01T00:00:00.000Z',
    },
  };
}

const ALL: Record<string, Known> = {
  pass: judged('pass'),
  fail: judged('fail'),
  inconclusive: judged('inconclusive'),
  unfinished: { kind: 'unfinished', state: 'running' },
  refused: { kind: 'refused', problem: 'the queue is full' },
  unjudged: { kind: 'unjudged', exitCode: 4, problem: 'nobody listens' },
};

function statuses(
  asker: Asker,
  inconclusive: Question['inconclusive'] = 'report',
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(ALL).map(([name, known]) => [
      name,
      answerTo(KEY, known, { inconclusive, labels: {} }, asker).status,
    ]),
  );
}

describe('statuses of answers', () => {
  it('to anybody', () => {
    assert.deepEqual(statuses('client'), {
      pass: 200,
      fail: 422,
      inconclusive: 409,
      unfinished: 202,
      refused: 503,
      unjudged: 424,
    });
  });

  it('to the web provider of Argo Rollouts, for which every verdict is a measurement', () => {
    assert.deepEqual(statuses('verdicts'), {
      pass: 200,
      fail: 200,
      inconclusive: 200,
      unfinished: 503,
      refused: 503,
      unjudged: 424,
    });
  });

  it('to Flagger: up to 202 is a yes, and no 5xx has its URL written into events', () => {
    assert.deepEqual(statuses('flagger'), {
      pass: 200,
      fail: 422,
      inconclusive: 409,
      unfinished: 425,
      refused: 425,
      unjudged: 424,
    });
    assert.deepEqual(statuses('flagger', 'pass'), {
      pass: 200,
      fail: 422,
      inconclusive: 200,
      unfinished: 202,
      refused: 202,
      unjudged: 424,
    });
    assert.equal(statuses('flagger', 'fail').inconclusive, 422);
  });
});

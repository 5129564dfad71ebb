import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../../src/call/answer.js';
import { CallCounter } from '../../../src/count/call-counter.js';
import type { CallCounting } from '../../../src/count/call-counting.js';
import { SPLIT_CALL } from '../scripted-member.js';

/** Of the proxy in front of `productpage-v1`. */
const FRONT: RawAnswer = {
  status: 0,
  buffer: new Uint8Array(0),
  messageStart: 0,
  messageEnd: 0,
  header: (name) =>
    name === 'x-splitproof'
      ? 'host=10.0.0.1:9080 workload=productpage-v1;default;productpage;v1;Kubernetes peer='
      : undefined,
  trailer: () => undefined,
};

function observed(counting: CallCounting): number[] {
  const counter = new CallCounter({ counting, connections: 1, quota: 1, slots: 1 });
  counter.start(0, 0);
  counter.onAnswer(0, FRONT);
  const place = { slot: 0, connection: 0, sequence: 0, connectionSequence: 0 };
  counter.onEnd(
    { ...place, scheduledAtMs: 0, sentAtMs: 0 },
    { kind: 'answered', status: 0, cause: '' },
    1,
  );
  return counter.counts().call.observed;
}

describe('what a proxy says of who answered', () => {
  it('counts where nobody else says it', () => {
    assert.deepEqual(observed(SPLIT_CALL), [1, 0, 0]);
  });

  it('does not count for a service behind the one that it calls', () => {
    const { attribution } = SPLIT_CALL;
    const proxy = { ...attribution.proxy, seesThem: false };
    assert.deepEqual(
      observed({ ...SPLIT_CALL, attribution: { ...attribution, proxy } }),
      [0, 0, 0],
    );
  });

  it('does not count where the access log tells it', () => {
    const identity = {
      source: { kind: 'access-log', from: 'a.log' },
      pattern: null,
      map: null,
    } as const;
    const answers = { ...SPLIT_CALL.answers, identity };
    assert.deepEqual(observed({ ...SPLIT_CALL, answers }), [0, 0, 0]);
  });
});

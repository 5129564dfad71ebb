import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallEnd } from '../../src/call/answer.js';
import { attributionTable, NOBODY } from '../../src/count/attribution.js';
import { valuesIn } from '../../src/count/latency-summary.js';
import { PodDirectory } from '../../src/count/pod-directory.js';
import { StreamCounter } from '../../src/count/stream-counter.js';

const OK: CallEnd = { kind: 'answered', status: 0, cause: '' };

function counterOf(pods: readonly string[]) {
  const tokens = ['v1', 'v2'].map((token, destination) => ({ token, version: token, destination }));
  const directory = new PodDirectory(attributionTable(['v1', 'v2'], [], tokens));
  const [a = NOBODY, b = NOBODY, c = NOBODY] = pods.map((pod) =>
    directory.numberOf({ pod, version: null }),
  );
  const counter = new StreamCounter(directory, 4, true);
  const ended = (end: CallEnd, outcome: 'ok' | 'failed', pod: number, slot = 0): void => {
    counter.ended({ slot, scheduledAtMs: 0, sentAtMs: 10, endedAtMs: 500, end, outcome, pod });
  };
  return { counter, ended, a, b, c };
}

describe('messages of streams', () => {
  it('that name nobody came from where the others of their stream did', () => {
    const { counter, ended, a } = counterOf(['app-v1-0']);
    counter.message(0, NOBODY, 20);
    counter.message(0, a, 30);
    counter.message(0, NOBODY, 40);
    ended(OK, 'ok', a);
    // None of them says it: the headers did.
    counter.message(1, NOBODY, 20);
    ended(OK, 'ok', a, 1);
    const { byMessage, received, betweenMessages, firstMessage } = counter.counts();
    assert.deepEqual([byMessage?.observed, byMessage?.missing], [[4, 0], 0]);
    assert.deepEqual([received, valuesIn(firstMessage), valuesIn(betweenMessages)], [4, 2, 2]);
    assert.deepEqual([byMessage?.streams, byMessage?.totalSquares], [2, 10]);
  });

  it('are missing where their stream has several pods, or none that is known', () => {
    const { counter, ended, a, b, c } = counterOf(['app-v1-0', 'app-v2-0', 'stranger']);
    for (const pod of [a, b, b, NOBODY]) counter.message(0, pod, 20);
    ended(OK, 'ok', a);
    counter.message(1, c, 20);
    ended(OK, 'ok', c, 1);
    counter.message(2, NOBODY, 20);
    ended({ kind: 'broken', status: 13, cause: 'RST_STREAM CANCEL' }, 'failed', NOBODY, 2);
    const { byMessage, cut } = counter.counts();
    assert.deepEqual(byMessage?.observed, [1, 2]);
    assert.deepEqual([byMessage.missing, byMessage.unattributed], [3, 2]);
    // By hand, of the first stream alone: three messages, 1 and 2 of them.
    assert.deepEqual(
      [byMessage.squares, byMessage.products],
      [
        [1, 4],
        [3, 6],
      ],
    );
    assert.equal(valuesIn(cut.lasted), 1);
  });

  it('lack one where a stream fails before it gives any, and none where it was to give none', () => {
    const { counter, ended } = counterOf([]);
    ended({ kind: 'broken', status: 14, cause: 'connection lost' }, 'failed', NOBODY);
    ended(OK, 'ok', NOBODY, 1);
    ended({ kind: 'ended', status: -1, cause: '' }, 'ok', NOBODY, 2);
    const { byMessage, endedHere, cut } = counter.counts();
    assert.deepEqual([byMessage?.missing, byMessage?.streams, endedHere], [1, 0, 1]);
    assert.equal(valuesIn(cut.lasted), 0);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallEnd, RawAnswer } from '../../src/call/answer.js';
import { NOBODY } from '../../src/count/attribution.js';
import { CallCounter, type CounterSettings } from '../../src/count/call-counter.js';
import type { CallCounting } from '../../src/count/call-counting.js';
import { HarmWatch } from '../../src/count/harm-watch.js';
import { type Hope, HopeWatch } from '../../src/count/hope-watch.js';
import { percentileMs, valuesIn } from '../../src/count/latency-summary.js';
import { unreported } from '../../src/count/unreported.js';
import { secretsOf } from '../../src/secrets.js';
import { FORWARDED_CALL, SPLIT_CALL } from './scripted-member.js';

const OK: CallEnd = { kind: 'answered', status: 0, cause: '' };
const REFUSED: CallEnd = { kind: 'answered', status: 14, cause: 'refused' };
const BROKEN: CallEnd = { kind: 'broken', status: 14, cause: 'connection lost' };
const LATE: CallEnd = { kind: 'timed-out', status: 4, cause: 'deadline' };
const CANCELLED: CallEnd = { kind: 'cancelled', status: 1, cause: 'interrupted' };

function counterOf(some: Partial<CounterSettings> = {}): CallCounter {
  const counter = new CallCounter({
    ...{ counting: SPLIT_CALL, connections: 2, quota: 100, slots: 1 },
    ...some,
  });
  counter.start(0, 0);
  return counter;
}

function answerOf(pod: string | null, endsStream = false): RawAnswer {
  return {
    ...{ buffer: new Uint8Array(0), status: 0, messageStart: 0, messageEnd: 0 },
    header: (name) => (name === 'x-pod' && pod !== null ? pod : undefined),
    trailer: () => undefined,
    ...(endsStream ? { endsStream } : {}),
  };
}

/** Ends requests one after another: one a millisecond due, sent 2 ms later, ended 10 ms after it was due. */
function ender(counter: CallCounter) {
  let sequence = 0;
  const onConnection = [0, 0];
  return (end: CallEnd, answers: RawAnswer[] = [], connection = 0): void => {
    const scheduledAtMs = 1000 + sequence;
    for (const answer of answers) counter.onAnswer(0, answer);
    counter.onEnd(
      {
        ...{ slot: 0, connection, sequence, scheduledAtMs, sentAtMs: scheduledAtMs + 2 },
        connectionSequence: onConnection[connection]!++,
      },
      end,
      scheduledAtMs + 10,
    );
    sequence += 1;
  };
}

const V1 = 'a-v1-1';
const V2 = 'a-v2-1';

describe('errors of a running call', () => {
  it('are what failed or came too late, by connection, and not what was cancelled or meant', () => {
    const counter = counterOf({ intendedFailure: 'fault filter abort' });
    const end = ender(counter);
    const aborted: CallEnd = { kind: 'answered', status: 14, cause: 'fault filter abort' };
    const errors = () => [counter.errorsOn(0), counter.errorsOn(1), counter.progress().errors];
    for (const harmless of [OK, CANCELLED, aborted]) end(harmless);
    assert.deepEqual(errors(), [0, 0, 0]);
    end(REFUSED);
    end(BROKEN, [], 1);
    end(LATE, [], 1);
    assert.deepEqual(errors(), [1, 2, 3]);
    const unsent = { cause: 'no-connection', count: 1, failure: 'none', waitedMs: 5 } as const;
    const place = { connection: 0, sequence: 6, connectionSequence: 4, scheduledAtMs: 1006 };
    counter.onUnsent(place, unsent);
    assert.deepEqual(errors(), [2, 2, 4]);
    counter.neverTakenUp({ ...unsent, count: 5 });
    assert.deepEqual(errors(), [2, 2, 9]);
    const ours = { cause: 'stopped', count: 7, failure: '', waitedMs: null } as const;
    counter.neverTakenUp(ours);
    counter.onUnsent({ ...place, sequence: 7, connectionSequence: 5 }, { ...ours, count: 1 });
    assert.deepEqual(errors(), [2, 2, 9]);
    assert.equal(counter.errorsOn(9), 0, 'of no connection');
    const { due, sent } = counter.counts().call;
    assert.deepEqual([due, sent], [6 + 1 + 5 + 7 + 1, 6]);
  });

  it('tell when a connection last answered, and when it last did not', () => {
    const counter = counterOf();
    const end = ender(counter);
    const moments = (own: number) => [counter.answeredAtMs(own), counter.unansweredAtMs(own)];
    assert.deepEqual(moments(0), [-Infinity, -Infinity]);
    end(OK);
    assert.deepEqual(moments(0), [1010, -Infinity]);
    end(REFUSED);
    assert.deepEqual(moments(0), [1011, -Infinity], 'a refusal is an answer');
    end(BROKEN);
    end(CANCELLED);
    assert.deepEqual(moments(0), [1011, 1012]);
    assert.deepEqual(moments(1), [-Infinity, -Infinity]);
    assert.deepEqual(moments(9), [-Infinity, -Infinity]);
  });

  it('are what harm is looked for in, with who answered', () => {
    const seen: [number, number, boolean][] = [];
    class Recorder extends HarmWatch {
      override ended(...all: [number, number, boolean]): void {
        seen.push(all);
      }
    }
    const watch = new Recorder(4, () => undefined);
    const counter = counterOf({ harm: { watch, call: 3 }, intendedFailure: 'meant' });
    const end = ender(counter);
    end(OK, [answerOf(V2)]);
    end(REFUSED, [answerOf(V1)]);
    end(BROKEN);
    end(CANCELLED, [answerOf(V1)]);
    end({ ...REFUSED, cause: 'meant' });
    const place = { connection: 0, sequence: 5, connectionSequence: 5, scheduledAtMs: 1005 };
    counter.onUnsent(place, { cause: 'no-stream', count: 1, failure: 'none', waitedMs: 5 });
    const later = { ...place, sequence: 6, connectionSequence: 6 };
    counter.onUnsent(later, { cause: 'interrupted', count: 1, failure: '', waitedMs: null });
    assert.deepEqual(seen, [
      [3, 1, false],
      [3, 0, true],
      [3, NOBODY, true],
      [3, NOBODY, true],
    ]);
  });
});

describe('whether any answer can count', () => {
  /** What a call's requests say of it, and the example that is left. */
  function hopes(some: Partial<CallCounting> = {}) {
    const seen: [number, number, Hope][] = [];
    class Recorder extends HopeWatch {
      override ended(...all: [number, number, Hope]): void {
        seen.push(all);
      }
    }
    const hope = { watch: new Recorder(3, () => undefined), call: 2, secrets: secretsOf([], []) };
    const counting = { ...SPLIT_CALL, ...some };
    const counter = counterOf({ hope, counting, intendedFailure: 'meant' });
    const example = () => counter.counts().call.uncountable;
    return { counter, end: ender(counter), seen, example };
  }
  const UNKNOWN: CallEnd = { kind: 'answered', status: 12, cause: 'unknown method' };

  it('is said by the first that names a known pod, and not looked for any more', () => {
    const { end, seen, example } = hopes({ countsKnownAlone: true });
    end(OK, [answerOf('stranger'), answerOf(null)]);
    assert.equal(example()!.status, 0);
    end(REFUSED, [answerOf(null), answerOf(V1)]);
    end(OK, [answerOf(null)]);
    assert.deepEqual(seen, [
      [2, 0, 'cannot'],
      [2, 1, 'counts'],
    ]);
    assert.equal(example(), undefined);
  });

  it('is said by any that is OK, where those of nobody count', () => {
    const { end, seen, example } = hopes();
    end(OK, [answerOf(null)]);
    assert.deepEqual(seen, [[2, 0, 'counts']]);
    assert.equal(example(), undefined);
  });

  it('is denied by a refusal for good, and by nothing that may be single or was meant', () => {
    const { counter, end, seen, example } = hopes();
    end(REFUSED, [answerOf(null)]);
    end({ ...BROKEN, status: 12 }, [answerOf(null)]);
    end({ ...UNKNOWN, cause: 'meant' }, [answerOf(null)]);
    assert.equal(example(), undefined, 'none of them is one of many');
    end(UNKNOWN, [answerOf(null)]);
    assert.notEqual(example(), undefined);
    end(REFUSED, [answerOf(null)]);
    assert.notEqual(example(), undefined, 'it stays');
    const place = { connection: 0, sequence: 5, connectionSequence: 5, scheduledAtMs: 1005 };
    counter.onUnsent(place, { cause: 'no-stream', count: 1, failure: 'none', waitedMs: 5 });
    assert.deepEqual(
      seen.map(([call, sequence, hope]) => `${call} ${sequence} ${hope}`),
      ['2 0 unclear', '2 1 unclear', '2 2 unclear', '2 3 cannot', '2 4 unclear', '2 5 unclear'],
    );
  });

  it('is looked for in streams as well', () => {
    const { end, seen, example } = hopes({ streamsBy: 'streams', countsKnownAlone: true });
    end(OK, [answerOf(null), answerOf(null)]);
    assert.notEqual(example(), undefined);
    end(OK, [answerOf(null), answerOf(V2)]);
    assert.equal(example(), undefined);
    assert.deepEqual(
      seen.map(([, , hope]) => hope),
      ['cannot', 'counts'],
    );
  });
});

describe('a request', () => {
  it('is late by when it was sent, and slow by when it was due', () => {
    const counter = counterOf();
    ender(counter)(OK, [answerOf(V1)]);
    const { scheduleSlip, latency } = counter.counts().call;
    assert.deepEqual([percentileMs(scheduleSlip, 50), valuesIn(scheduleSlip)], [2, 1]);
    assert.equal(Math.round(percentileMs(latency[0]!, 50)!), 10);
  });

  it('that is sent again is not answered by what came before', () => {
    const counter = counterOf();
    counter.onAnswer(0, answerOf(V1));
    counter.forgetAnswers(0);
    ender(counter)(OK, [answerOf(V2)]);
    assert.deepEqual(counter.counts().call.observed, [0, 1, 0]);
  });

  it('is kept where that is asked for, and else is not', () => {
    assert.equal(counterOf().kept(0, [0, 1]), null);
    const counter = counterOf({ keptRequests: 4 });
    const end = ender(counter);
    end(OK, [answerOf(V1)], 1);
    const place = { connection: 0, sequence: 1, connectionSequence: 0, scheduledAtMs: 1001 };
    counter.onUnsent(place, { cause: 'no-stream', count: 1, failure: 'none', waitedMs: 5 });
    const { member, connections, quota, count, connectionOf } = counter.kept(2, [4, 5])!;
    assert.deepEqual([member, connections, quota, count], [2, [4, 5], 100, 2]);
    assert.deepEqual([...connectionOf.slice(0, 2)], [1, 0]);
  });
});

describe('while requests are counted apart', () => {
  it('progress and the median are of all, and what was never taken up belongs where it was due', () => {
    const counter = counterOf();
    const end = ender(counter);
    end(OK, [answerOf(V1)]);
    counter.cut(1001);
    end(OK, [answerOf(V1)]);
    end(OK, [answerOf(V2)]);
    assert.deepEqual([counter.progress().ended, counter.progress().observed], [3, [2, 1, 0]]);
    assert.equal(Math.round(counter.medianLatencyMs()!), 10);
    const stopped = { cause: 'stopped', count: 1, failure: '', waitedMs: null } as const;
    counter.neverTakenUp(stopped, 1000.5);
    counter.neverTakenUp({ ...stopped, count: 3 }, 1001);
    counter.neverTakenUp({ ...stopped, count: 5 });
    const { due, sent } = counter.settle().call;
    assert.deepEqual([due, sent], [2, 1]);
    assert.equal(counter.counts().call.due, 12);
  });
});

describe('a stream', () => {
  const by = (streamsBy: NonNullable<CallCounting['streamsBy']>) =>
    counterOf({ counting: { ...SPLIT_CALL, streamsBy } });

  it('is of the first of its messages that names a pod, and ends with what stands around them', () => {
    const counter = by('streams');
    const end = ender(counter);
    end(OK, [answerOf(null), answerOf(V2), answerOf(V1), answerOf(null, true)]);
    end(OK, [answerOf(V1, true)]);
    end(OK, [answerOf(null)]);
    const { observed, unattributed, streams } = counter.counts().call;
    assert.deepEqual(observed, [1, 1, 0]);
    assert.equal(unattributed, 1);
    assert.deepEqual([streams!.received, streams!.byMessage], [4, null]);
    assert.ok(!('streams' in counterOf().counts().call));
  });

  it('is as many observations as it has messages, where these are counted', () => {
    const counter = by('messages');
    const end = ender(counter);
    end(OK, [answerOf(V1), answerOf(V2), answerOf(V1), answerOf(null), answerOf(V2, true)]);
    end(BROKEN);
    const { received, byMessage } = counter.counts().call.streams!;
    assert.equal(received, 4);
    const { observed, missing, unattributed, streams, squares, products } = byMessage!;
    assert.deepEqual([observed, missing, unattributed, streams], [[2, 1, 0], 2, 1, 1]);
    assert.deepEqual(
      [squares, products],
      [
        [4, 1, 0],
        [6, 3, 0],
      ],
    );
  });
});

describe('a member that died', () => {
  const lostMember = (counting: CallCounting, sent: number[], unsent: number) =>
    unreported({
      ...{ why: 'out of memory', excluded: 0 },
      calls: [{ counting, sent, unsent }],
      connections: [{ number: 0, remote: '127.0.0.1:80' }],
    });

  const lost = (...all: Parameters<typeof lostMember>) => lostMember(...all).calls[0]!;

  it('before it sent anything leaves nothing but what it was to send', () => {
    const { due, sent, unsent, statuses, failures, clusters } = lost(FORWARDED_CALL, [0], 4);
    assert.deepEqual([due, sent, unsent], [4, 0, new Map([['client', 4]])]);
    assert.deepEqual([statuses, failures, clusters], [new Map(), [], new Map()]);
    assert.deepEqual(
      lost(SPLIT_CALL, [4], 0).unsent,
      new Map(),
      'only a clock would have ended it',
    );
  });

  it('leaves calls without an answer, where a call gives several', () => {
    const wide = { ...SPLIT_CALL, observationsPerCall: 3 };
    assert.deepEqual(
      lost(wide, [4], 0).clusters,
      new Map([[0, { calls: 4, observed: [0, 0, 0], squares: [0, 0, 0] }]]),
    );
    assert.deepEqual(lost(SPLIT_CALL, [4], 0).clusters, new Map());
    assert.deepEqual(lostMember(wide, [4], 0).connections[0]!.byCall, [
      { observed: [0, 0, 0], missing: 12, pairs: 0, equalPairs: 0 },
    ]);
  });

  it('leaves streams of which nothing is known, and lacks a message of each', () => {
    assert.ok(!('streams' in lost(SPLIT_CALL, [4], 0)));
    const { byMessage, ...rest } = lost({ ...SPLIT_CALL, streamsBy: 'streams' }, [4], 0).streams!;
    assert.equal(byMessage, null);
    assert.deepEqual(rest, {
      ...{ received: 0, sent: 0, endedHere: 0, sendWaits: { count: 0, totalMicros: 0 } },
      ...{ firstMessage: [], betweenMessages: [], cut: { lasted: [], silent: [] } },
    });
    assert.deepEqual(lost({ ...SPLIT_CALL, streamsBy: 'messages' }, [4], 0).streams!.byMessage, {
      ...{ observed: [0, 0, 0], missing: 4, unattributed: 0, pods: new Map() },
      ...{ streams: 0, totalSquares: 0, squares: [0, 0, 0], products: [0, 0, 0] },
    });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallEndKind } from '../../../src/call/answer.js';
import { causesOf, dueOf, phaseOver, ScriptedConnection, type Seen } from './scripted-phase.js';

const TIMEOUT = { timeout: 30_000 };

/** Every place in the order of due requests is taken once, by one that was sent or one that was not. */
function assertNoGap({ sequences, unsent }: Seen): void {
  const all = [...sequences, ...unsent.map(({ sequence }) => sequence)].sort((a, b) => a - b);
  assert.deepEqual(
    all,
    all.map((_, index) => index),
  );
}

/** Answers so many calls, and never another. */
function frozenAfter(answers: number): ScriptedConnection {
  return new ScriptedConnection([
    ...new Array<CallEndKind>(answers).fill('answered'),
    ...new Array<null>(100_000).fill(null),
  ]);
}

describe('a request whose connection is out', { concurrency: true }, () => {
  it('is given up after two seconds, and those that follow at once', TIMEOUT, async () => {
    const lost = new ScriptedConnection();
    const well = new ScriptedConnection();
    lost.trouble = 'refused';
    const { seen, run } = phaseOver([lost, well], { concurrency: 4, requests: 20_000 });
    assert.equal(await run(), 'complete');
    assert.deepEqual(seen.perConnection, [0, 10_000]);
    assert.deepEqual(causesOf(seen), { 'no-connection': 10_000 });
    assert.ok(seen.unsent.every(({ failure }) => failure === 'refused'));
    // A closed loop has no latency for what was not sent.
    assert.ok(seen.unsent.every(({ waitedMs }) => waitedMs === null));
    assertNoGap(seen);
  });

  it('is sent when it comes back before', TIMEOUT, async () => {
    const connection = new ScriptedConnection();
    connection.trouble = 'refused';
    const { seen, run } = phaseOver([connection], { concurrency: 3, requests: 50 });
    setTimeout(() => {
      connection.reconnect();
    }, 300);
    assert.equal(await run(), 'complete');
    assert.equal(seen.kinds.length, 50);
    assert.deepEqual(seen.unsent, []);
  });

  it('loses those in flight as sent', TIMEOUT, async () => {
    const connection = frozenAfter(10);
    const { seen, run } = phaseOver([connection], { concurrency: 5, requests: 1000 });
    setTimeout(() => {
      connection.lose('gone');
    }, 100);
    assert.equal(await run(), 'complete');
    assert.deepEqual(
      seen.kinds.filter((kind) => kind !== 'answered'),
      new Array(5).fill('broken'),
    );
    assert.deepEqual(causesOf(seen), { 'no-connection': 985 });
    assert.equal(dueOf(seen), 1000);
    assertNoGap(seen);
  });

  it('waits its own two seconds in an open loop, and starves no other', TIMEOUT, async () => {
    const lost = new ScriptedConnection();
    const well = new ScriptedConnection();
    lost.trouble = 'refused';
    // A hundred a second for three seconds, of which half have no connection: many more than places.
    const { seen, run } = phaseOver([lost, well], {
      concurrency: 4,
      requests: 300,
      requestsPerSecond: 100,
    });
    assert.equal(await run(), 'complete');
    assert.deepEqual(seen.perConnection, [0, 150]);
    assert.deepEqual(causesOf(seen), { 'no-connection': 150 });
    for (const { waitedMs, failure } of seen.unsent) {
      assert.ok(waitedMs! >= 2000, `${waitedMs} ms`);
      assert.equal(failure, 'refused');
    }
    // The others found a place at once, whatever this machine was busy with: none had to wait in turn.
    assert.ok(well.most <= 4);
    assertNoGap(seen);
  });

  it('is sent late in an open loop when its connection comes back', TIMEOUT, async () => {
    const connection = new ScriptedConnection();
    connection.trouble = 'refused';
    const { seen, run } = phaseOver([connection], {
      concurrency: 2,
      requests: 100,
      requestsPerSecond: 200,
    });
    setTimeout(() => {
      connection.reconnect();
    }, 400);
    assert.equal(await run(), 'complete');
    assert.equal(seen.kinds.length, 100);
    assert.ok(connection.most <= 2);
    // The first was due at the start, and waited: that is in its latency.
    assert.ok(seen.latencyMs[0]! >= 395, `${seen.latencyMs[0]} ms`);
    assert.deepEqual(
      seen.sequences,
      [...seen.sequences].sort((a, b) => a - b),
    );
  });

  it('is seen to be back in an open loop that never asked it', TIMEOUT, async () => {
    const connection = new ScriptedConnection();
    connection.trouble = 'refused';
    const { seen, run } = phaseOver([connection], {
      concurrency: 2,
      requests: null,
      durationMs: 100,
      requestsPerSecond: 200,
    });
    // After the last one was due, and without a word: it refused no call, so that it owes none.
    setTimeout(() => {
      connection.trouble = null;
    }, 400);
    assert.equal(await run(), 'complete');
    assert.deepEqual(seen.unsent, []);
    assert.equal(seen.kinds.length, dueOf(seen));
    assert.ok(seen.kinds.length >= 19);
  });

  it('waits again and again where only a clock ends a closed loop', TIMEOUT, async () => {
    const connection = new ScriptedConnection();
    connection.trouble = 'refused';
    const { seen, run } = phaseOver([connection], {
      concurrency: 3,
      requests: null,
      durationMs: 2500,
      timeoutMs: 10_000,
    });
    assert.equal(await run(), 'complete');
    // Three after two seconds; three more were taken up, and are waited for after the clock.
    assert.deepEqual(causesOf(seen), { 'no-connection': 6 });
  });

  it('may have been sent already: then it has failed', TIMEOUT, async () => {
    const connection = new ScriptedConnection(['answered', 'unprocessed', null]);
    const { phase, seen, run } = phaseOver([connection], { concurrency: 1, requests: 2 });
    const { onEnd } = connection;
    connection.onEnd = (slot, end) => {
      if (end.kind === 'unprocessed') connection.trouble = 'gone';
      onEnd(slot, end);
    };
    assert.equal(await run(), 'complete');
    assert.deepEqual(seen.kinds, ['answered', 'unprocessed']);
    assert.deepEqual([phase.sent, phase.resent, seen.unsent.length], [2, 1, 0]);
  });
});

describe('a peer that allows no stream', { concurrency: true }, () => {
  it('from the start on: the load is given up', TIMEOUT, async () => {
    const connection = new ScriptedConnection([], 0);
    const plan = { concurrency: 4, requests: 1000, timeoutMs: 300 };
    const { seen, run } = phaseOver([connection], plan);
    await run();
    assert.equal(seen.kinds.length, 0);
    assert.equal(dueOf(seen), 1000);
    const { 'no-stream': noStream = 0, 'no-answer': noAnswer = 0, ...others } = causesOf(seen);
    assert.ok(noStream >= 4 && noStream + noAnswer === 1000, JSON.stringify(causesOf(seen)));
    assert.deepEqual(others, {});
  });

  it(
    'any more: those that wait are given up after their deadline, the rest at once',
    TIMEOUT,
    async () => {
      const connection = new ScriptedConnection();
      const plan = { concurrency: 4, requests: 100_000, timeoutMs: 300 };
      const { phase, seen, run } = phaseOver([connection], plan);
      setTimeout(() => {
        connection.room = 0;
      }, 5);
      assert.equal(await run(), 'complete');
      assert.ok(phase.sent > 0 && phase.sent < 100_000, String(phase.sent));
      assert.deepEqual(causesOf(seen), { 'no-stream': 100_000 - phase.sent });
      assert.match(seen.unsent[0]!.failure, /no stream within 300 ms/);
      assertNoGap(seen);
    },
  );

  it(
    'any more, in an open loop: each waits for its deadline, which is its latency',
    TIMEOUT,
    async () => {
      const connection = new ScriptedConnection();
      const { phase, seen, run } = phaseOver([connection], {
        concurrency: 4,
        requests: 200,
        requestsPerSecond: 200,
        timeoutMs: 300,
      });
      setTimeout(() => {
        connection.room = 0;
      }, 200);
      assert.equal(await run(), 'complete');
      assert.ok(phase.sent > 0 && phase.sent < 200, String(phase.sent));
      assert.deepEqual(causesOf(seen), { 'no-stream': 200 - phase.sent });
      for (const { waitedMs } of seen.unsent) assert.ok(waitedMs! >= 300, `${waitedMs} ms`);
      assertNoGap(seen);
    },
  );
});

describe('what was due when the clock ended an open loop', { concurrency: true }, () => {
  const plan = { concurrency: 2, requests: null, requestsPerSecond: 100, timeoutMs: 5000 };

  it('has no answer from a peer that was silent', TIMEOUT, async () => {
    const { phase, seen, run } = phaseOver([frozenAfter(50)], { ...plan, durationMs: 2000 });
    assert.equal(await run(), 'complete');
    assert.equal(phase.sent, 52);
    assert.equal(dueOf(seen), 200);
    assert.deepEqual(causesOf(seen), { 'no-answer': 148 });
    // They were due 10 ms apart, until the end.
    const waits = seen.unsent.map(({ waitedMs }) => waitedMs!);
    waits.slice(1).forEach((wait, index) => {
      assert.ok(Math.abs(waits[index]! - wait - 10) < 1e-6);
    });
    assert.ok(waits[0]! > 1400, `${waits[0]} ms`);
    assert.equal(phase.silences.length, 1);
  });

  it('had no place where the peer goes on answering', TIMEOUT, async () => {
    const connection = frozenAfter(0);
    const answering = setInterval(() => {
      const [slot] = connection.inFlight;
      if (slot !== undefined) connection.finish(slot, 'answered');
    }, 100);
    const { phase, seen, run } = phaseOver([connection], { ...plan, durationMs: 1500 });
    assert.equal(await run(), 'complete');
    clearInterval(answering);
    assert.equal(dueOf(seen), 150);
    assert.deepEqual(causesOf(seen), { 'no-place': 150 - phase.sent });
    assert.ok(seen.unsent.every(({ waitedMs }) => waitedMs === null));
    assert.deepEqual(phase.silences, []);
  });

  it('is never more than its number', TIMEOUT, async () => {
    const { seen, run } = phaseOver([new ScriptedConnection()], {
      ...plan,
      requests: 7,
      durationMs: 1000,
    });
    assert.equal(await run(), 'complete');
    assert.equal(dueOf(seen), 7);
    assert.equal(seen.kinds.length, 7);
  });
});

describe('a phase that is stopped', () => {
  it('sends nothing more, and waits for what is in flight', TIMEOUT, async () => {
    const connection = frozenAfter(20);
    const { phase, seen, run } = phaseOver([connection], { concurrency: 4, requests: 1000 });
    setTimeout(() => {
      phase.stop();
      for (const slot of [...connection.inFlight]) connection.finish(slot, 'answered');
    }, 50);
    assert.equal(await run(), 'stopped');
    assert.deepEqual(seen.kinds, new Array(24).fill('answered'));
    assert.deepEqual(causesOf(seen), { stopped: 976 });
  });

  it('does not send what waits', TIMEOUT, async () => {
    const connection = new ScriptedConnection(new Array<null>(10).fill(null), 2);
    const { phase, seen, run } = phaseOver([connection], { concurrency: 5, requests: 1000 });
    setTimeout(() => {
      phase.stop();
      for (const slot of [...connection.inFlight]) connection.finish(slot, 'answered');
    }, 50);
    assert.equal(await run(), 'stopped');
    assert.equal(phase.sent, 2);
    assert.deepEqual(causesOf(seen), { stopped: 998 });
    assertNoGap(seen);
  });

  it('when everything was sent is complete', TIMEOUT, async () => {
    const connection = frozenAfter(0);
    const { phase, seen, run } = phaseOver([connection], { concurrency: 4, requests: 4 });
    setTimeout(() => {
      phase.stop();
      for (const slot of [...connection.inFlight]) connection.finish(slot, 'answered');
    }, 50);
    assert.equal(await run(), 'complete');
    assert.deepEqual(causesOf(seen), {});
  });

  it('in an open loop had only that due of which the time had come', TIMEOUT, async () => {
    const stopped = async (plan: { requests: number | null; durationMs?: number }) => {
      const connection = new ScriptedConnection();
      const { phase, seen, run } = phaseOver([connection], {
        ...plan,
        concurrency: 4,
        requestsPerSecond: 100,
      });
      setTimeout(() => {
        phase.stop();
      }, 200);
      assert.equal(await run(), 'stopped');
      return { sent: phase.sent, due: dueOf(seen), causes: causesOf(seen) };
    };
    const byNumber = await stopped({ requests: 500 });
    assert.equal(byNumber.due, 500);
    assert.deepEqual(byNumber.causes, { stopped: 500 - byNumber.sent });
    for (const requests of [null, 500]) {
      const byClock = await stopped({ requests, durationMs: 3000 });
      // One may have become due just when it was stopped.
      const { stopped: atTheEnd = 0, ...others } = byClock.causes;
      assert.deepEqual([byClock.due, others], [byClock.sent + atTheEnd, {}]);
      assert.ok(byClock.due < 300, String(byClock.due));
    }
  });
});

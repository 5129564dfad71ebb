import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallEndKind } from '../../../src/call/answer.js';
import { causesOf, dueOf, phaseOver, ScriptedConnection } from './scripted-phase.js';

describe('Phase', () => {
  it('sends exactly as many as asked, each connection its quota', async () => {
    const connections = [
      new ScriptedConnection(),
      new ScriptedConnection(),
      new ScriptedConnection(),
    ];
    const { seen, run } = phaseOver(connections, { concurrency: 5, requests: 100 });
    assert.equal(await run(), 'complete');
    assert.deepEqual(seen.perConnection, [34, 33, 33]);
    assert.deepEqual([...seen.sent], seen.perConnection);
    assert.deepEqual(
      seen.sequences.toSorted((a, b) => a - b),
      Array.from({ length: 100 }, (_, index) => index),
    );
    assert.ok(connections.every(({ most }) => most <= 2));
  });

  it('hands on every kind of end, and none twice', async () => {
    const connection = new ScriptedConnection(['broken', 'answered', 'timed-out', 'broken']);
    const { seen, run } = phaseOver([connection], { concurrency: 2, requests: 6 });
    await run();
    assert.deepEqual(seen.kinds.toSorted(), [
      'answered',
      'answered',
      'answered',
      'broken',
      'broken',
      'timed-out',
    ]);
  });

  it('sends again once what was not processed, as the same request', async () => {
    const connection = new ScriptedConnection([
      'unprocessed',
      'answered',
      'unprocessed',
      'unprocessed',
    ]);
    const { phase, seen, run } = phaseOver([connection], { concurrency: 1, requests: 3 });
    await run();
    assert.deepEqual(seen.kinds, ['answered', 'unprocessed', 'answered']);
    assert.deepEqual(seen.sequences, [0, 1, 2]);
    assert.equal(phase.sent, 3);
    assert.equal(phase.resent, 2);
  });

  it('sends no faster than it may, and each connection its quota', async () => {
    const connections = [new ScriptedConnection(), new ScriptedConnection()];
    const { seen, run } = phaseOver(connections, {
      concurrency: 8,
      requests: 30,
      atMostPerSecond: 100,
    });
    assert.equal(await run(), 'complete');
    assert.deepEqual(seen.perConnection, [15, 15]);
    const takenUpMs = seen.scheduledAtMs.toSorted((a, b) => a - b);
    // 29 intervals of 10 ms; what late timers missed is made up for up to 50 ms.
    assert.ok(takenUpMs.at(-1)! - takenUpMs[0]! >= 240, takenUpMs.join());
    assert.ok(connections.every(({ most }) => most <= 4));
  });

  it('ends with its last request, whatever its pace', async () => {
    const { seen, run } = phaseOver([new ScriptedConnection()], {
      concurrency: 8,
      requests: 1,
      atMostPerSecond: 0.001,
    });
    assert.equal(await run(), 'complete');
    assert.equal(seen.kinds.length, 1);
  });

  it('stops while its next request is not due', async () => {
    const { phase, seen, run } = phaseOver([new ScriptedConnection()], {
      concurrency: 8,
      requests: 10,
      atMostPerSecond: 0.001,
    });
    const over = run();
    setTimeout(() => {
      phase.stop();
    }, 20);
    assert.equal(await over, 'stopped');
    assert.deepEqual([seen.kinds.length, causesOf(seen)], [1, { stopped: 9 }]);
  });

  it('waits where the peer allows no more streams', async () => {
    const connection = new ScriptedConnection([], 3);
    const { seen, run } = phaseOver([connection], { concurrency: 10, requests: 50 });
    assert.equal(await run(), 'complete');
    assert.equal(seen.kinds.length, 50);
    assert.equal(connection.most, 3);
  });

  it('sends what waits for room when the time is up, and takes up nothing more', async () => {
    const connection = new ScriptedConnection([], 3);
    const { phase, seen, run } = phaseOver([connection], {
      concurrency: 10,
      requests: null,
      durationMs: 20,
    });
    assert.equal(await run(), 'complete');
    assert.equal(seen.kinds.length, phase.sent);
    assert.ok(seen.kinds.every((kind) => kind === 'answered'));
    assert.deepEqual(causesOf(seen), {});
  });

  it('cancels what is in flight when interrupted', async () => {
    const abort = new AbortController();
    const connection = new ScriptedConnection([
      'answered',
      'answered',
      ...new Array<null>(20).fill(null),
    ]);
    const { phase, seen, run } = phaseOver([connection], { concurrency: 4, requests: 1000 });
    setTimeout(() => {
      abort.abort();
    }, 20);
    assert.equal(await run(abort.signal), 'interrupted');
    assert.deepEqual(seen.kinds, [
      'answered',
      'answered',
      ...new Array<CallEndKind>(4).fill('cancelled'),
    ]);
    assert.equal(phase.sent, 6);
    assert.deepEqual(causesOf(seen), { interrupted: 994 });
  });

  it('does not wait for ever for an engine that loses calls', async () => {
    class Forgetful extends ScriptedConnection {
      override cancel(): void {
        // Says nothing, ever.
      }
    }
    const abort = new AbortController();
    const connection = new Forgetful(new Array<null>(3).fill(null));
    const { seen, run } = phaseOver([connection], { concurrency: 3, requests: 3 });
    setTimeout(() => {
      abort.abort();
    }, 10);
    assert.equal(await run(abort.signal), 'interrupted');
    assert.deepEqual(seen.kinds, ['cancelled', 'cancelled', 'cancelled']);
  });

  it('gives up when a whole timeout went by without an answer', async () => {
    const connection = new ScriptedConnection(new Array<CallEndKind>(100_000).fill('broken'));
    const { phase, seen, run } = phaseOver([connection], {
      concurrency: 2,
      requests: 100_000_000,
      timeoutMs: 50,
    });
    assert.equal(await run(), 'silent');
    assert.equal(seen.kinds.length, phase.sent);
    assert.deepEqual(causesOf(seen), { 'no-answer': 100_000_000 - phase.sent });
  });

  it('has nothing to do when it is interrupted before it begins', async () => {
    const { phase, seen, run } = phaseOver([new ScriptedConnection()], {
      concurrency: 1,
      requests: 5,
    });
    assert.equal(await run(AbortSignal.abort()), 'interrupted');
    assert.equal(phase.sent, 0);
    assert.deepEqual(causesOf(seen), { interrupted: 5 });
  });

  it('counts who waited for a stream', async () => {
    const connection = new ScriptedConnection([], 3);
    const { phase, run } = phaseOver([connection], { concurrency: 10, requests: 50 });
    await run();
    // All but the first three found the connection full.
    assert.equal(phase.waits.forStream, 47);
    assert.ok(phase.waits.forStreamMs >= 0);
  });
});

describe('Phase in an open loop', () => {
  it('sends by the schedule, connections in turn', async () => {
    const connections = [
      new ScriptedConnection(),
      new ScriptedConnection(),
      new ScriptedConnection(),
    ];
    const { seen, run } = phaseOver(connections, {
      concurrency: 50,
      requests: 40,
      requestsPerSecond: 1000,
    });
    assert.equal(await run(), 'complete');
    assert.deepEqual(seen.perConnection, [14, 13, 13]);
    const times = seen.scheduledAtMs.toSorted((a, b) => a - b);
    times.slice(1).forEach((time, index) => {
      assert.ok(Math.abs(time - times[index]! - 1) < 1e-6, 'one millisecond apart');
    });
    assert.ok(
      seen.slipMs.every((slip) => slip > -1e-6),
      'nothing is sent before it is due',
    );
  });

  it('counts the wait for a place in flight into the latency', async () => {
    const connection = new ScriptedConnection([null]);
    const { phase, seen, run } = phaseOver([connection], {
      concurrency: 1,
      requests: 20,
      requestsPerSecond: 1000,
    });
    setTimeout(() => {
      connection.finish(0, 'answered');
    }, 60);
    assert.equal(await run(), 'complete');
    assert.equal(seen.kinds.length, 20);
    assert.equal(connection.most, 1);
    // The second one was due 1 ms after the first, which took 60 ms.
    assert.ok(seen.latencyMs[1]! > 50, `${seen.latencyMs[1]} ms`);
    assert.ok(seen.slipMs[1]! > 50, `${seen.slipMs[1]} ms`);
    assert.ok(phase.latenessP99Ms! < seen.slipMs[1]!, 'nor is the client blamed for it');
  });

  it('counts from the common start, although it heard of it late', async () => {
    const { phase, seen, run } = phaseOver([new ScriptedConnection()], {
      concurrency: 200,
      requests: 150,
      requestsPerSecond: 1000,
    });
    assert.equal(await run(undefined, performance.now() - 100), 'complete');
    // A hundred and one were due by then, the first of them 100 ms ago.
    assert.ok(seen.slipMs[0]! >= 100, `${seen.slipMs[0]} ms`);
    assert.ok(phase.latenessP99Ms! > 95, `${phase.latenessP99Ms} ms`);
  });

  it('knows its own lateness from the wait for a place', async () => {
    const { phase, run } = phaseOver([new ScriptedConnection()], {
      concurrency: 100,
      requests: 60,
      requestsPerSecond: 1000,
    });
    setTimeout(() => {
      // The client is busy with something else.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    }, 10);
    assert.equal(await run(), 'complete');
    assert.ok(phase.latenessP99Ms! > 30, `${phase.latenessP99Ms} ms`);
  });

  it('ends with the clock, whatever is overdue', async () => {
    const connection = new ScriptedConnection();
    const { phase, seen, run } = phaseOver([connection], {
      concurrency: 2,
      requests: null,
      durationMs: 30,
      requestsPerSecond: 1_000_000,
    });
    assert.equal(await run(), 'complete');
    assert.equal(seen.kinds.length, phase.sent);
    assert.ok(phase.sent < 30_000);
    assert.equal(dueOf(seen), 30_000);
    assert.deepEqual(causesOf(seen), { 'no-place': 30_000 - phase.sent });
  });

  it('is interrupted while it waits for what is due next', async () => {
    const abort = new AbortController();
    const { seen, run } = phaseOver([new ScriptedConnection()], {
      concurrency: 2,
      requests: 10,
      requestsPerSecond: 0.01,
    });
    setTimeout(() => {
      abort.abort();
    }, 20);
    assert.equal(await run(abort.signal), 'interrupted');
    assert.deepEqual(seen.kinds, ['answered']);
    assert.deepEqual(causesOf(seen), { interrupted: 9 });
  });

  it('takes the wait for the last answers for no part of sending', async () => {
    const connection = new ScriptedConnection([null]);
    const { phase, run } = phaseOver([connection], {
      concurrency: 20,
      requests: 20,
      requestsPerSecond: 1000,
    });
    let sendingMs = 0;
    setTimeout(() => {
      sendingMs = phase.sendingMs;
      connection.finish(0, 'answered');
    }, 300);
    await run();
    assert.equal(phase.sent, 20);
    assert.equal(phase.sendingMs, sendingMs);
    // The last one is due after 19 ms, and 1 ms belongs to it.
    assert.ok(phase.sendingMs >= 20 - 1e-6, `${phase.sendingMs} ms`);
  });

  it('was sending until the clock stopped it, whenever the last request went out', async () => {
    const connection = new ScriptedConnection([null]);
    const { phase, run } = phaseOver([connection], {
      concurrency: 1,
      requests: null,
      durationMs: 60,
      requestsPerSecond: 1000,
    });
    setTimeout(() => {
      connection.finish(0, 'answered');
    }, 120);
    await run();
    assert.equal(phase.sent, 1);
    assert.ok(phase.sendingMs >= 59, `${phase.sendingMs} ms`);
  });

  it('waits calmly for what is due in years', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    const { phase, run } = phaseOver([new ScriptedConnection()], {
      concurrency: 2,
      requests: null,
      durationMs: 30,
      requestsPerSecond: 1e-8,
    });
    await run();
    process.off('warning', onWarning);
    assert.equal(phase.sent, 1);
    assert.deepEqual(warnings, []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallDealer } from '../../../src/load/phase/call-dealer.js';
import type {
  Caller,
  CallEnd,
  CallEndKind,
  CallStart,
} from '../../../src/load/transport/caller.js';
import { Phase } from '../../../src/load/phase/phase.js';
import { shares } from '../../../src/load/phase/sequencer.js';

function end(kind: CallEndKind): CallEnd {
  return {
    kind,
    status: kind === 'ok' ? 'OK' : 'UNAVAILABLE',
    cause: '',
    buffer: new Uint8Array(0),
    messageStart: 0,
    messageEnd: 0,
    header: () => undefined,
    trailer: () => undefined,
  };
}

/** A connection whose answers the test decides about. */
class ScriptedCaller implements Caller {
  readonly remote = 'scripted';
  /** What becomes of each call, in order; `ok` when the script is over, null for never. */
  readonly script: (CallEndKind | null)[];
  /** How many calls it takes at once. */
  readonly room: number;
  readonly inFlight = new Set<number>();
  calls = 0;
  most = 0;
  onEnd: (slot: number, end: CallEnd) => void = () => undefined;
  onRoom: () => void = () => undefined;

  constructor(script: (CallEndKind | null)[] = [], room = Infinity) {
    this.script = script;
    this.room = room;
  }

  call(slot: number): CallStart {
    assert.ok(!this.inFlight.has(slot), 'a slot carries one call at a time');
    if (this.inFlight.size >= this.room) return 'no stream';
    this.inFlight.add(slot);
    this.most = Math.max(this.most, this.inFlight.size);
    const kind = this.script[this.calls++];
    if (kind !== null)
      setImmediate(() => {
        this.finish(slot, kind ?? 'ok');
      });
    return 'started';
  }

  finish(slot: number, kind: CallEndKind): void {
    if (!this.inFlight.delete(slot)) return;
    this.onEnd(slot, end(kind));
    this.onRoom();
  }

  cancel(slot: number): void {
    setImmediate(() => {
      this.finish(slot, 'cancelled');
    });
  }

  ledger(): ReturnType<Caller['ledger']> {
    return { goaway: 0, reconnects: 0, rstStream: {}, maxConcurrentStreams: null };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Seen {
  kinds: CallEndKind[];
  sequences: number[];
  perConnection: number[];
  /** As the phase itself counts them, by connection. */
  sent: Float64Array;
  scheduledAtMs: number[];
  slipMs: number[];
  latencyMs: number[];
}

function phaseOver(
  callers: ScriptedCaller[],
  options: {
    concurrency: number;
    requests: number | null;
    durationMs?: number;
    timeoutMs?: number;
    requestsPerSecond?: number;
  },
): { phase: Phase; seen: Seen } {
  const seen: Seen = {
    kinds: [],
    sequences: [],
    perConnection: callers.map(() => 0),
    sent: new Float64Array(callers.length),
    scheduledAtMs: [],
    slipMs: [],
    latencyMs: [],
  };
  const { requestsPerSecond = null } = options;
  const quota = shares(options.requests, callers.length);
  const phase = new Phase(
    callers,
    {
      quota,
      dealer: new CallDealer(
        quota.map((requests) => [requests]),
        [1],
        quota.map((_, connection) => connection),
      ),
      calls: 1,
      concurrency: options.concurrency,
      timeoutMs: options.timeoutMs ?? 1000,
      durationMs: options.durationMs ?? null,
      schedule:
        requestsPerSecond === null
          ? null
          : { requestsPerSecond, connections: callers.length, own: [...callers.keys()] },
    },
    (request, { kind }, endedAtMs) => {
      seen.kinds.push(kind);
      seen.sequences.push(request.sequence);
      seen.perConnection[request.connection]! += 1;
      seen.scheduledAtMs.push(request.scheduledAtMs);
      seen.slipMs.push(request.sentAtMs - request.scheduledAtMs);
      seen.latencyMs.push(endedAtMs - request.scheduledAtMs);
    },
    seen.sent,
  );
  callers.forEach((caller, connection) => {
    caller.onEnd = (slot, callEnd) => {
      phase.onEnd(slot, callEnd);
    };
    caller.onRoom = () => {
      phase.onRoom(connection);
    };
  });
  return { phase, seen };
}

const NEVER = new AbortController().signal;

describe('Phase', () => {
  it('sends exactly as many as asked, each connection its quota', async () => {
    const callers = [new ScriptedCaller(), new ScriptedCaller(), new ScriptedCaller()];
    const { phase, seen } = phaseOver(callers, { concurrency: 5, requests: 100 });
    assert.equal(await phase.run(NEVER), 'complete');
    assert.deepEqual(seen.perConnection, [34, 33, 33]);
    assert.deepEqual([...seen.sent], seen.perConnection);
    assert.deepEqual(
      seen.sequences.toSorted((a, b) => a - b),
      Array.from({ length: 100 }, (_, index) => index),
    );
    assert.ok(callers.every(({ most }) => most <= 2));
  });

  it('hands on every kind of end, and none twice', async () => {
    const caller = new ScriptedCaller(['failed', 'ok', 'timedOut', 'failed']);
    const { phase, seen } = phaseOver([caller], { concurrency: 2, requests: 6 });
    await phase.run(NEVER);
    assert.deepEqual(seen.kinds.toSorted(), ['failed', 'failed', 'ok', 'ok', 'ok', 'timedOut']);
  });

  it('sends again once what was not processed, as the same request', async () => {
    const caller = new ScriptedCaller(['unprocessed', 'ok', 'unprocessed', 'unprocessed']);
    const { phase, seen } = phaseOver([caller], { concurrency: 1, requests: 3 });
    await phase.run(NEVER);
    assert.deepEqual(seen.kinds, ['ok', 'unprocessed', 'ok']);
    assert.deepEqual(seen.sequences, [0, 1, 2]);
    assert.equal(phase.sent, 3);
    assert.equal(phase.resent, 2);
  });

  it('waits where the peer allows no more streams', async () => {
    const caller = new ScriptedCaller([], 3);
    const { phase, seen } = phaseOver([caller], { concurrency: 10, requests: 50 });
    assert.equal(await phase.run(NEVER), 'complete');
    assert.equal(seen.kinds.length, 50);
    assert.equal(caller.most, 3);
  });

  it('drops what waits for room when the time is up', async () => {
    const caller = new ScriptedCaller([], 3);
    const { phase, seen } = phaseOver([caller], {
      concurrency: 10,
      requests: null,
      durationMs: 20,
    });
    assert.equal(await phase.run(NEVER), 'complete');
    assert.equal(seen.kinds.length, phase.sent);
    assert.ok(seen.kinds.every((kind) => kind === 'ok'));
  });

  it('cancels what is in flight when interrupted', async () => {
    const abort = new AbortController();
    const caller = new ScriptedCaller(['ok', 'ok', ...new Array<null>(20).fill(null)]);
    const { phase, seen } = phaseOver([caller], { concurrency: 4, requests: 1000 });
    setTimeout(() => {
      abort.abort();
    }, 20);
    assert.equal(await phase.run(abort.signal), 'interrupted');
    assert.deepEqual(seen.kinds, ['ok', 'ok', 'cancelled', 'cancelled', 'cancelled', 'cancelled']);
    assert.equal(phase.sent, 6);
  });

  it('does not wait for ever for an engine that loses calls', async () => {
    class Forgetful extends ScriptedCaller {
      override cancel(): void {
        // Says nothing, ever.
      }
    }
    const abort = new AbortController();
    const caller = new Forgetful(new Array<null>(3).fill(null));
    const { phase, seen } = phaseOver([caller], { concurrency: 3, requests: 3 });
    setTimeout(() => {
      abort.abort();
    }, 10);
    assert.equal(await phase.run(abort.signal), 'interrupted');
    assert.deepEqual(seen.kinds, ['cancelled', 'cancelled', 'cancelled']);
  });

  it('gives up when a whole timeout went by and nobody has answered', async () => {
    const caller = new ScriptedCaller(new Array<CallEndKind>(100_000).fill('failed'));
    const { phase, seen } = phaseOver([caller], {
      concurrency: 2,
      requests: 100_000_000,
      timeoutMs: 50,
    });
    assert.equal(await phase.run(NEVER), 'nobody answered');
    assert.equal(seen.kinds.length, phase.sent);
  });

  it('has nothing to do when it is interrupted before it begins', async () => {
    const { phase } = phaseOver([new ScriptedCaller()], { concurrency: 1, requests: 5 });
    assert.equal(await phase.run(AbortSignal.abort()), 'interrupted');
    assert.equal(phase.sent, 0);
  });

  it('counts who waited for a stream', async () => {
    const caller = new ScriptedCaller([], 3);
    const { phase } = phaseOver([caller], { concurrency: 10, requests: 50 });
    await phase.run(NEVER);
    // All but the first three found the connection full.
    assert.equal(phase.waits.forStream, 47);
    assert.ok(phase.waits.forStreamMs >= 0);
  });
});

describe('Phase in an open loop', () => {
  it('sends by the schedule, connections in turn', async () => {
    const callers = [new ScriptedCaller(), new ScriptedCaller(), new ScriptedCaller()];
    const { phase, seen } = phaseOver(callers, {
      concurrency: 50,
      requests: 40,
      requestsPerSecond: 1000,
    });
    assert.equal(await phase.run(NEVER), 'complete');
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
    const caller = new ScriptedCaller([null]);
    const { phase, seen } = phaseOver([caller], {
      concurrency: 1,
      requests: 20,
      requestsPerSecond: 1000,
    });
    setTimeout(() => {
      caller.finish(0, 'ok');
    }, 60);
    assert.equal(await phase.run(NEVER), 'complete');
    assert.equal(seen.kinds.length, 20);
    assert.equal(caller.most, 1);
    // The second one was due 1 ms after the first, which took 60 ms.
    assert.ok(seen.latencyMs[1]! > 50, `${seen.latencyMs[1]} ms`);
    assert.ok(seen.slipMs[1]! > 50, `${seen.slipMs[1]} ms`);
    assert.ok(phase.latenessP99Ms! < seen.slipMs[1]!, 'nor is the client blamed for it');
  });

  it('counts from the common start, although it heard of it late', async () => {
    const { phase, seen } = phaseOver([new ScriptedCaller()], {
      concurrency: 200,
      requests: 150,
      requestsPerSecond: 1000,
    });
    assert.equal(await phase.run(NEVER, performance.now() - 100), 'complete');
    // A hundred and one were due by then, the first of them 100 ms ago.
    assert.ok(seen.slipMs[0]! >= 100, `${seen.slipMs[0]} ms`);
    assert.ok(phase.latenessP99Ms! > 95, `${phase.latenessP99Ms} ms`);
  });

  it('knows its own lateness from the wait for a place', async () => {
    const { phase } = phaseOver([new ScriptedCaller()], {
      concurrency: 100,
      requests: 60,
      requestsPerSecond: 1000,
    });
    setTimeout(() => {
      // The client is busy with something else.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    }, 10);
    assert.equal(await phase.run(NEVER), 'complete');
    assert.ok(phase.latenessP99Ms! > 30, `${phase.latenessP99Ms} ms`);
  });

  it('ends with the clock, whatever is overdue', async () => {
    const caller = new ScriptedCaller();
    const { phase, seen } = phaseOver([caller], {
      concurrency: 2,
      requests: null,
      durationMs: 30,
      requestsPerSecond: 1_000_000,
    });
    assert.equal(await phase.run(NEVER), 'complete');
    assert.equal(seen.kinds.length, phase.sent);
    assert.ok(phase.sent < 30_000);
  });

  it('is interrupted while it waits for what is due next', async () => {
    const abort = new AbortController();
    const { phase, seen } = phaseOver([new ScriptedCaller()], {
      concurrency: 2,
      requests: 10,
      requestsPerSecond: 0.01,
    });
    setTimeout(() => {
      abort.abort();
    }, 20);
    assert.equal(await phase.run(abort.signal), 'interrupted');
    assert.deepEqual(seen.kinds, ['ok']);
  });

  it('takes the wait for the last answers for no part of sending', async () => {
    const caller = new ScriptedCaller([null]);
    const { phase } = phaseOver([caller], {
      concurrency: 20,
      requests: 20,
      requestsPerSecond: 1000,
    });
    let sendingMs = 0;
    setTimeout(() => {
      sendingMs = phase.sendingMs;
      caller.finish(0, 'ok');
    }, 300);
    await phase.run(NEVER);
    assert.equal(phase.sent, 20);
    assert.equal(phase.sendingMs, sendingMs);
    // The last one is due after 19 ms, and 1 ms belongs to it.
    assert.ok(phase.sendingMs >= 20 - 1e-6, `${phase.sendingMs} ms`);
  });

  it('was sending until the clock stopped it, whenever the last request went out', async () => {
    const caller = new ScriptedCaller([null]);
    const { phase } = phaseOver([caller], {
      concurrency: 1,
      requests: null,
      durationMs: 60,
      requestsPerSecond: 1000,
    });
    setTimeout(() => {
      caller.finish(0, 'ok');
    }, 120);
    await phase.run(NEVER);
    assert.equal(phase.sent, 1);
    assert.ok(phase.sendingMs >= 59, `${phase.sendingMs} ms`);
  });

  it('waits calmly for what is due in years', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    const { phase } = phaseOver([new ScriptedCaller()], {
      concurrency: 2,
      requests: null,
      durationMs: 30,
      requestsPerSecond: 1e-8,
    });
    await phase.run(NEVER);
    process.off('warning', onWarning);
    assert.equal(phase.sent, 1);
    assert.deepEqual(warnings, []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Caller, CallEnd, CallEndKind } from '../../src/load/caller.js';
import { Phase } from '../../src/load/phase.js';

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

  call(slot: number): boolean {
    assert.ok(!this.inFlight.has(slot), 'a slot carries one call at a time');
    if (this.inFlight.size >= this.room) return false;
    this.inFlight.add(slot);
    this.most = Math.max(this.most, this.inFlight.size);
    const kind = this.script[this.calls++];
    if (kind !== null)
      setImmediate(() => {
        this.finish(slot, kind ?? 'ok');
      });
    return true;
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
}

function phaseOver(
  callers: ScriptedCaller[],
  options: {
    concurrency: number;
    requests: number | null;
    durationMs?: number;
    timeoutMs?: number;
  },
): { phase: Phase; seen: Seen } {
  const seen: Seen = { kinds: [], sequences: [], perConnection: callers.map(() => 0) };
  const phase = new Phase(
    callers,
    options.concurrency,
    options.timeoutMs ?? 1000,
    { requests: options.requests, durationMs: options.durationMs ?? null },
    (request, { kind }) => {
      seen.kinds.push(kind);
      seen.sequences.push(request.sequence);
      seen.perConnection[request.connection]! += 1;
    },
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
});

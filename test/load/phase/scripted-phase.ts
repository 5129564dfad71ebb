import assert from 'node:assert/strict';
import type { CallEnd, CallEndKind, RawAnswer } from '../../../src/call/answer.js';
import type { UnsentCause } from '../../../src/count/counted.js';
import { CallDealer } from '../../../src/load/phase/call-dealer.js';
import { Phase, type PhaseEnd } from '../../../src/load/phase/phase.js';
import { shares } from '../../../src/load/phase/sequencer.js';
import type {
  CallStart,
  Connection,
  ConnectionLedger,
} from '../../../src/load/transport/transport.js';

const NO_ANSWER: RawAnswer = {
  buffer: new Uint8Array(0),
  status: 0,
  messageStart: 0,
  messageEnd: 0,
  header: () => undefined,
  trailer: () => undefined,
};

/** A connection whose answers the test decides about. */
export class ScriptedConnection implements Connection {
  readonly remote = 'scripted';
  trouble: string | null = null;
  /** What becomes of each call, in order; `answered` when the script is over, null for never. */
  readonly script: (CallEndKind | null)[];
  /** How many calls it takes at once. */
  room: number;
  readonly inFlight = new Set<number>();
  calls = 0;
  most = 0;
  onAnswer: (slot: number, answer: RawAnswer) => void = () => undefined;
  onEnd: (slot: number, end: CallEnd) => void = () => undefined;
  onRoom: () => void = () => undefined;

  constructor(script: (CallEndKind | null)[] = [], room = Infinity) {
    this.script = script;
    this.room = room;
  }

  call(slot: number): CallStart {
    assert.ok(!this.inFlight.has(slot), 'a slot carries one call at a time');
    if (this.trouble !== null) return 'not connected';
    if (this.inFlight.size >= this.room) return 'no stream';
    this.inFlight.add(slot);
    this.most = Math.max(this.most, this.inFlight.size);
    const kind = this.script[this.calls++];
    if (kind !== null)
      setImmediate(() => {
        this.finish(slot, kind ?? 'answered');
      });
    return 'started';
  }

  finish(slot: number, kind: CallEndKind): void {
    if (!this.inFlight.delete(slot)) return;
    if (kind === 'answered') this.onAnswer(slot, NO_ANSWER);
    this.onEnd(slot, { kind, status: kind === 'answered' ? 0 : 14, cause: '' });
    this.onRoom();
  }

  /** Loses the connection, and with it all calls in flight. */
  lose(trouble: string): void {
    this.trouble = trouble;
    for (const slot of [...this.inFlight]) this.finish(slot, 'broken');
  }

  /** Has it back. */
  reconnect(): void {
    this.trouble = null;
    this.onRoom();
  }

  cancel(slot: number): void {
    setImmediate(() => {
      this.finish(slot, 'cancelled');
    });
  }

  ledger(): ConnectionLedger {
    return {
      goaway: 0,
      reconnects: 0,
      rstStream: {},
      broken: new Map(),
      maxConcurrentStreams: null,
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** An unsent request, as the phase told of it. */
export interface SeenUnsent {
  cause: UnsentCause;
  failure: string;
  connection: number;
  sequence: number;
  waitedMs: number | null;
}

export interface Seen {
  kinds: CallEndKind[];
  /** Of requests that were sent. */
  sequences: number[];
  perConnection: number[];
  /** As the phase itself counts them, by connection. */
  sent: Float64Array;
  scheduledAtMs: number[];
  slipMs: number[];
  latencyMs: number[];
  unsent: SeenUnsent[];
  /** By cause. */
  neverTakenUp: Map<UnsentCause, number>;
}

/** Everything that was due: sent, unsent and never taken up. */
export function dueOf({ kinds, unsent, neverTakenUp }: Seen): number {
  return kinds.length + unsent.length + [...neverTakenUp.values()].reduce((a, b) => a + b, 0);
}

/** How many are unsent, by cause, those that were never taken up included. */
export function causesOf({ unsent, neverTakenUp }: Seen): Partial<Record<UnsentCause, number>> {
  const causes = new Map(neverTakenUp);
  for (const { cause } of unsent) causes.set(cause, (causes.get(cause) ?? 0) + 1);
  return Object.fromEntries(causes);
}

export interface ScriptedPhase {
  phase: Phase;
  seen: Seen;
  /** Runs it to its end, and lets it account for what was never taken up. */
  run: (signal?: AbortSignal, startedAtMs?: number) => Promise<PhaseEnd>;
}

/** A phase of one call over scripted connections. */
export function phaseOver(
  connections: ScriptedConnection[],
  options: {
    concurrency: number;
    requests: number | null;
    durationMs?: number;
    timeoutMs?: number;
    requestsPerSecond?: number;
    atMostPerSecond?: number;
    medianLatencyMs?: () => number | null;
  },
): ScriptedPhase {
  const seen: Seen = {
    kinds: [],
    sequences: [],
    perConnection: connections.map(() => 0),
    sent: new Float64Array(connections.length),
    scheduledAtMs: [],
    slipMs: [],
    latencyMs: [],
    unsent: [],
    neverTakenUp: new Map(),
  };
  const { requestsPerSecond = null } = options;
  const quota = shares(options.requests, connections.length);
  const phase = new Phase(
    connections,
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
      schedule:
        requestsPerSecond === null
          ? null
          : { requestsPerSecond, connections: connections.length, own: [...connections.keys()] },
      atMostPerSecond: options.atMostPerSecond ?? null,
      seed: 1,
      streams: false,
      leavesStreamsAfter: null,
    },
    [
      {
        onAnswer: () => undefined,
        isIdentified: () => false,
        forgetAnswers: () => undefined,
        onEnd: (request, { kind }, endedAtMs) => {
          seen.kinds.push(kind);
          seen.sequences.push(request.sequence);
          seen.perConnection[request.connection]! += 1;
          seen.scheduledAtMs.push(request.scheduledAtMs);
          seen.slipMs.push(request.sentAtMs - request.scheduledAtMs);
          seen.latencyMs.push(endedAtMs - request.scheduledAtMs);
        },
        onUnsent: ({ connection, sequence }, { cause, failure, waitedMs }) => {
          seen.unsent.push({ cause, failure, connection, sequence, waitedMs });
        },
        neverTakenUp: ({ cause, count }) => {
          seen.neverTakenUp.set(cause, (seen.neverTakenUp.get(cause) ?? 0) + count);
        },
        medianLatencyMs: options.medianLatencyMs ?? (() => 0),
      },
    ],
    seen.sent,
  );
  connections.forEach((connection, index) => {
    connection.onAnswer = (slot, answer) => {
      phase.onAnswer(slot, answer);
    };
    connection.onEnd = (slot, end) => {
      phase.onEnd(slot, end);
    };
    connection.onRoom = () => {
      phase.onRoom(index);
    };
  });
  const { durationMs = Infinity } = options;
  return {
    phase,
    seen,
    async run(signal = new AbortController().signal, startedAtMs = performance.now()) {
      const end = await phase.run(signal, { startedAtMs, untilMs: startedAtMs + durationMs });
      phase.countNeverTakenUp();
      return end;
    },
  };
}

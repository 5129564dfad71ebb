import { NOBODY, type Observation, type Outcome } from '../observation/observation.js';
import type { PodDirectory } from '../observation/pod-directory.js';
import type { PodReader } from '../observation/pod-reader.js';
import type { Tally } from '../observation/tally.js';
import type { Endpoint } from '../wire/endpoint.js';
import type { Caller, CallEnd, CallEndKind, Engine, TransportLedger } from './caller.js';
import { Phase, type PhaseEnd, type Request } from './phase.js';
import type { LoadPlan } from './plan.js';

/** Where the load's observations go. */
export interface Recorder {
  tally: Tally;
  podReader: PodReader;
  pods: PodDirectory;
}

/** What a progress line can say. */
export interface Progress {
  elapsedMs: number;
  /** Requests that have ended. */
  done: number;
  /** Requests planned; null when only the clock ends the run. */
  planned: number | null;
  /** Answers by destination. */
  observed: readonly number[];
}

/** What the load was, apart from what it observed. */
export interface LoadSummary {
  /** When the sample began, in ms since 1970. */
  startedAtMs: number;
  /** From there to the last answer, in ms. */
  durationMs: number;
  /** Processor time of this process while the sample was taken, in µs. */
  cpuMicros: number;
  /** Requests sent before the sample. */
  excluded: number;
  /** Requests sent again because the peer provably had not looked at them. */
  resent: number;
  /** By connection. */
  ledgers: TransportLedger[];
  end: PhaseEnd;
}

/** How the outside watches and stops a load. */
export interface LoadControl {
  signal: AbortSignal;
  /** Called a few times a second while the sample is taken. */
  onProgress(progress: Progress): void;
}

const PROGRESS_INTERVAL_MS = 200;

/**
 * Loads the target: dials the connections, the endpoints in turn, sends the warm-up, then
 * the sample. Every request of the sample ends in the recorder's tally exactly once.
 *
 * @param plan How much load.
 * @param engine Makes the calls.
 * @param endpoints Where to; at least one.
 * @param recorder Takes the observations; its pods have names when this is done.
 */
export async function runLoad(
  plan: LoadPlan,
  engine: Engine,
  endpoints: readonly Endpoint[],
  recorder: Recorder,
  control: LoadControl,
): Promise<LoadSummary> {
  // Callers live longer than a phase: their events go to the phase that is running.
  let phase: Phase | undefined;
  const callers = await Promise.all(
    Array.from({ length: plan.connections }, (_, connection) =>
      engine.dial(endpoints[connection % endpoints.length]!, {
        onEnd: (slot, end) => phase?.onEnd(slot, end),
        onRoom: () => phase?.onRoom(connection),
      }),
    ),
  );
  try {
    let excluded = 0;
    if (plan.warmup !== null) {
      phase = new Phase(callers, plan.concurrency, plan.timeoutMs, plan.warmup, () => undefined);
      await phase.run(control.signal);
      excluded = phase.sent;
    }
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    const record = recording(recorder, startMs);
    phase = new Phase(callers, plan.concurrency, plan.timeoutMs, plan, record);
    const progress = setInterval(() => {
      control.onProgress({
        elapsedMs: performance.now() - startMs,
        done: recorder.tally.sent,
        planned: plan.requests,
        observed: recorder.tally.observed,
      });
    }, PROGRESS_INTERVAL_MS);
    const end = await phase.run(control.signal).finally(() => {
      clearInterval(progress);
    });
    const cpu = process.cpuUsage(cpuBefore);
    finishTally(recorder, callers);
    return {
      startedAtMs: performance.timeOrigin + startMs,
      durationMs: performance.now() - startMs,
      cpuMicros: cpu.user + cpu.system,
      excluded,
      resent: phase.resent,
      ledgers: callers.map((caller) => caller.ledger()),
      end,
    };
  } finally {
    await Promise.all(callers.map((caller) => caller.close()));
  }
}

function finishTally({ tally, pods }: Recorder, callers: readonly Caller[]): void {
  tally.namePods(pods.names, pods.destinations);
  callers.forEach((caller, connection) => {
    tally.connections[connection]!.remote = caller.remote;
  });
}

/** Turns the end of a request into an observation, in one reused object. */
function recording({ tally, podReader, pods }: Recorder, startMs: number) {
  const observation: Observation = {
    sequence: 0,
    connectionSequence: 0,
    connection: 0,
    scheduledAtMs: 0,
    sentAtMs: 0,
    latencyMs: 0,
    outcome: 'ok',
    status: '',
    cause: '',
    pod: NOBODY,
    destination: NOBODY,
  };
  return (request: Readonly<Request>, end: CallEnd, endedAtMs: number): void => {
    const pod = podReader.podOf(end);
    observation.sequence = request.sequence;
    observation.connectionSequence = request.connectionSequence;
    observation.connection = request.connection;
    observation.scheduledAtMs = request.scheduledAtMs - startMs;
    observation.sentAtMs = request.sentAtMs - startMs;
    observation.latencyMs = endedAtMs - request.scheduledAtMs;
    observation.outcome = outcomeOf(end.kind);
    observation.status = end.status;
    observation.cause = end.cause;
    observation.pod = pod;
    observation.destination = pod === NOBODY ? NOBODY : pods.destinations[pod]!;
    tally.add(observation);
  };
}

function outcomeOf(kind: CallEndKind): Outcome {
  return kind === 'unprocessed' ? 'failed' : kind;
}

import { NOBODY, type Observation, type Outcome } from '../observation/observation.js';
import { PodDirectory } from '../observation/pod-directory.js';
import { PodReader } from '../observation/pod-reader.js';
import { Tally } from '../observation/tally.js';
import { replyDecoder } from '../payload/reply-contract.js';
import type { Caller, CallEnd, CallEndKind, TransportLedger } from './caller.js';
import { loadEngine } from './engine.js';
import type { LoadJob } from './load-job.js';
import type { Schedule } from './pacer.js';
import { Phase, type PhaseEnd } from './phase.js';
import { type LoadPlan, type LoadShare, type PhaseLimit, quotasOf } from './plan.js';
import type { Request, Waits } from './request.js';
import type { SentCounts } from './sent-counts.js';
import { type ThreadHealth, watchThread } from './thread-health.js';

/** What one worker's share of the load came to. */
export interface ShareResult {
  tally: Tally;
  /** Names of the destinations that the tally counts by. */
  destinations: readonly string[];
  /** From the common start to this worker's last answer, in ms. */
  durationMs: number;
  excluded: number;
  resent: number;
  /** By connection of the whole load; null for those of other workers. */
  ledgers: (TransportLedger | null)[];
  waits: Waits;
  health: ThreadHealth;
  end: PhaseEnd;
}

/** How the outside takes part in a share. */
export interface ShareControl {
  signal: AbortSignal;
  /** Counts what is sent while it is sent. */
  sent: SentCounts;
  /**
   * Called when the connections are open and warm.
   *
   * @returns When the sample starts, in ms since 1970; resolves at that time.
   */
  start(): Promise<number>;
  /** Called once the sample is being taken, with what fills up. */
  onSample(tally: Tally, destinations: readonly string[]): void;
}

/** In an open loop one slow connection may hold more than its share of what is in flight. */
const OPEN_LOOP_HEADROOM = 4;
const LEAST_OPEN_LOOP_CALLS = 128;

/**
 * Carries one share of a load: dials its connections, the endpoints in turn, sends the warm-up,
 * then the sample. Every request of the sample ends in the tally exactly once.
 */
export async function runShare(
  job: LoadJob,
  share: LoadShare,
  control: ShareControl,
): Promise<ShareResult> {
  const { plan } = job;
  const pods = new PodDirectory(job.attribution, job.shape.destinations);
  const tally = new Tally(job.shape);
  const podReader = new PodReader(job.identity, replyDecoder(job.reply), pods);
  const engine = await loadEngine(job.engine, job.call, callsPerConnection(plan), control.signal);
  // Callers live longer than a phase: their events go to the phase that is running.
  let phase: Phase | undefined;
  const callers = await Promise.all(
    share.connections.map((connection, index) =>
      engine.dial(job.endpoints[connection % job.endpoints.length]!, {
        onEnd: (slot, end) => phase?.onEnd(slot, end),
        onRoom: () => phase?.onRoom(index),
      }),
    ),
  );
  try {
    let excluded = 0;
    if (plan.warmup !== null) {
      const ofWarmUp = phasePlan(plan.warmup, plan, share);
      const warmUp = new Phase(callers, ofWarmUp, () => undefined, control.sent.warmUp);
      phase = warmUp;
      await warmUp.run(control.signal);
      excluded = warmUp.sent;
    }
    const startMs = (await control.start()) - performance.timeOrigin;
    const health = watchThread();
    const record = recording(tally, podReader, pods, share, startMs);
    const sample = new Phase(callers, phasePlan(plan, plan, share), record, control.sent.sample);
    phase = sample;
    control.onSample(tally, pods.destinationNames);
    const end = await sample.run(control.signal);
    const durationMs = performance.now() - startMs;
    tally.namePods(pods.names, pods.destinations);
    const ledgers = new Array<TransportLedger | null>(plan.connections).fill(null);
    share.connections.forEach((connection, index) => {
      tally.connections[connection]!.remote = callers[index]!.remote;
      ledgers[connection] = callers[index]!.ledger();
    });
    return {
      tally,
      destinations: pods.destinationNames,
      durationMs,
      excluded,
      resent: sample.resent,
      ledgers,
      waits: sample.waits,
      health: health(),
      end,
    };
  } finally {
    await Promise.all(callers.map((caller: Caller) => caller.close()));
  }
}

function callsPerConnection({ concurrency, connections, requestsPerSecond }: LoadPlan): number {
  const even = Math.ceil(concurrency / connections);
  if (requestsPerSecond === null) return even;
  return Math.min(concurrency, Math.max(LEAST_OPEN_LOOP_CALLS, even * OPEN_LOOP_HEADROOM));
}

function phasePlan(limit: PhaseLimit, plan: LoadPlan, share: LoadShare) {
  const { requestsPerSecond, connections, timeoutMs } = plan;
  const schedule: Schedule | null =
    requestsPerSecond === null ? null : { requestsPerSecond, connections, own: share.connections };
  return {
    quota: quotasOf(limit, plan, share),
    durationMs: limit.durationMs,
    concurrency: share.concurrency,
    timeoutMs,
    schedule,
  };
}

/** Turns the end of a request into an observation, in one reused object. */
function recording(
  tally: Tally,
  podReader: PodReader,
  pods: PodDirectory,
  { connections }: LoadShare,
  startMs: number,
) {
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
    observation.connection = connections[request.connection]!;
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

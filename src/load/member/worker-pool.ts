import { Worker } from 'node:worker_threads';
import { NOBODY } from '../../count/observation.js';
import { renumberDestinations } from '../../count/tally-data.js';
import { Tally, type TallyShape } from '../../count/tally.js';
import { formatEndpoint } from '../../wire/socket/endpoint.js';
import type { TransportLedger } from '../transport/caller.js';
import type { CallTally } from '../call-counter.js';
import type { CallJob, LoadJob } from '../load-job.js';
import type { LoadShare } from '../plan.js';
import { type PartProgress, PROGRESS_INTERVAL_MS, sumProgress } from '../progress.js';
import type { LoadControl, LoadResult, WorkerDeath } from '../run-load.js';
import { newSentCounts, placeOf } from './sent-counts.js';
import type { CallTallyData, FromWorker, ToWorker, WorkerTask } from './worker-messages.js';

type Done = Extract<FromWorker, { kind: 'done' }>['result'];

/** A worker as this side knows it. */
interface Member {
  worker: Worker;
  task: WorkerTask;
  latest: PartProgress | null;
  /** Times it was looked after since it said anything. */
  silentLooks: number;
  /** Settles when the worker is warm, or has died before. */
  warm: Promise<void>;
  /** What it came to, or why it died. Never rejects. */
  done: Promise<{ kind: 'done'; result: Done } | { kind: 'died'; why: string }>;
  /** Ends the thread; it counts as died. */
  giveUp(why: string): void;
}

const LOST_WITH_THREAD = 'the thread that sent it died';
/** A thread says something several times a second; one that is silent for so long is stuck. */
const STUCK_AFTER_MS = 30_000;
const WORKER = new URL('./worker.js', import.meta.url);

/**
 * Carries a load on several threads. All samples start together; what the workers measured is
 * joined when they are done. A worker that dies takes only its own answers with it: what it had sent
 * counts as cancelled.
 *
 * @param entry The thread's module.
 * @param stuckAfterMs How long a thread may say nothing before it counts as dead, in ms.
 */
export async function runWorkers(
  job: LoadJob,
  shares: readonly LoadShare[],
  control: LoadControl,
  entry: URL = WORKER,
  stuckAfterMs = STUCK_AFTER_MS,
): Promise<LoadResult> {
  const members = shares.map((share) =>
    startWorker(
      { job, share, sent: newSentCounts(share.connections.length, job.calls.length) },
      entry,
    ),
  );
  const toAll = (message: ToWorker): void => {
    for (const { worker } of members) worker.postMessage(message);
  };
  const onAbort = (): void => {
    toAll({ kind: 'stop' });
  };
  control.signal.addEventListener('abort', onAbort, { once: true });
  if (control.signal.aborted) onAbort();
  let progress: NodeJS.Timeout | undefined;
  // Counted in looks and not by the clock: a process that was stopped has not heard its threads.
  const patience = Math.ceil(stuckAfterMs / PROGRESS_INTERVAL_MS);
  const watch = setInterval(() => {
    for (const member of members) {
      member.silentLooks += 1;
      if (member.silentLooks > patience) member.giveUp('it was stuck: it said nothing any more');
    }
  }, PROGRESS_INTERVAL_MS);
  try {
    await Promise.all(members.map(({ warm }) => warm));
    const cpuBefore = process.cpuUsage();
    const startedAtMs = performance.timeOrigin + performance.now();
    toAll({ kind: 'start', atMs: startedAtMs });
    progress = setInterval(() => {
      const elapsedMs = performance.timeOrigin + performance.now() - startedAtMs;
      const { requests: planned } = job.plan;
      const { destinations, ...sums } = sumProgress(members.flatMap(({ latest }) => latest ?? []));
      control.onProgress({ elapsedMs, planned, ...sums }, destinations);
    }, PROGRESS_INTERVAL_MS);
    const ends = await Promise.all(members.map(({ done }) => done));
    const { user, system } = process.cpuUsage(cpuBefore);
    const load = joined(
      job,
      ends.flatMap((end) => (end.kind === 'done' ? end.result : [])),
    );
    const deaths = ends.flatMap((end, index) =>
      end.kind === 'died' ? bury(members[index]!.task, end.why, load) : [],
    );
    return { ...load, startedAtMs, cpuMicros: user + system, deaths };
  } finally {
    clearInterval(progress);
    clearInterval(watch);
    control.signal.removeEventListener('abort', onAbort);
    await Promise.all(members.map(({ worker }) => worker.terminate()));
  }
}

function startWorker(task: WorkerTask, entry: URL): Member {
  const worker = new Worker(entry, { workerData: task });
  let giveUp: Member['giveUp'] = () => undefined;
  const member: Member = {
    worker,
    task,
    latest: null,
    silentLooks: 0,
    giveUp: (why) => {
      giveUp(why);
    },
    warm: new Promise((resolve) => {
      worker.on('message', ({ kind }: FromWorker) => {
        if (kind === 'warm') resolve();
      });
      worker.once('exit', () => {
        resolve();
      });
    }),
    done: new Promise((resolve) => {
      giveUp = (why) => {
        resolve({ kind: 'died', why });
        void worker.terminate();
      };
      worker.on('message', (message: FromWorker) => {
        member.silentLooks = 0;
        if (message.kind === 'done') resolve({ kind: 'done', result: message.result });
        else if (message.kind === 'progress') member.latest = message;
      });
      // An uncaught error is told before the exit, and a promise keeps the first word.
      worker.once('error', (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        resolve({ kind: 'died', why });
      });
      worker.once('exit', (code) => {
        resolve({ kind: 'died', why: `it ended with code ${code}` });
      });
    }),
  };
  return member;
}

/** Accounts for what a worker that died had sent. */
function bury(
  { job, share, sent }: WorkerTask,
  why: string,
  load: Pick<LoadResult, 'calls' | 'excluded'>,
): WorkerDeath {
  load.excluded += sumUp(sent.warmUp);
  share.connections.forEach((connection, own) => {
    const remote = formatEndpoint(job.endpoints[connection % job.endpoints.length]!);
    load.calls.forEach(({ tally }, call) => {
      const count = sent.sample[placeOf(own, call, job.calls.length)]!;
      tally.addUnreported(connection, remote, count, LOST_WITH_THREAD);
    });
  });
  return { why, sent: sumUp(sent.sample) };
}

function sumUp(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Joins what the workers measured. */
function joined(
  { plan, calls }: LoadJob,
  results: readonly Done[],
): Omit<LoadResult, 'startedAtMs' | 'cpuMicros' | 'deaths'> {
  const ledgers = new Array<TransportLedger | null>(plan.connections).fill(null);
  const total = { durationMs: 0, sendingMs: 0, excluded: 0, resent: 0 };
  const waits = { forStream: 0, forStreamMs: 0 };
  for (const result of results) {
    result.ledgers.forEach((ledger, connection) => {
      if (ledger !== null) ledgers[connection] = ledger;
    });
    total.durationMs = Math.max(total.durationMs, result.durationMs);
    total.sendingMs = Math.max(total.sendingMs, result.sendingMs);
    total.excluded += result.excluded;
    total.resent += result.resent;
    waits.forStream += result.waits.forStream;
    waits.forStreamMs += result.waits.forStreamMs;
  }
  const ends = results.map(({ end }) => end);
  const end = ends.includes('interrupted')
    ? 'interrupted'
    : ends.every((one) => one === 'nobody answered')
      ? 'nobody answered'
      : 'complete';
  const health = results.map((result) => result.health);
  return {
    ...total,
    calls: calls.map((call, index) =>
      joinedCall(
        call,
        plan.connections,
        results.map((result) => result.calls[index]!),
      ),
    ),
    ledgers,
    waits,
    health,
    end,
  };
}

/** Joins what the workers counted of one call; each may have numbered its destinations as they came. */
function joinedCall(
  { attribution, destinations: room, blockSize }: CallJob,
  connections: number,
  parts: readonly CallTallyData[],
): CallTally {
  const shape: TallyShape = { destinations: room, connections, blockSize };
  const tally = new Tally(shape);
  const destinations = [...attribution.destinations];
  for (const part of parts) {
    const numbers = part.destinations.map((name) => numberOf(destinations, name, room));
    tally.merge(Tally.fromData(shape, renumberDestinations(part.tally, numbers, room)));
  }
  return { tally, destinations };
}

function numberOf(destinations: string[], name: string, room: number): number {
  const known = destinations.indexOf(name);
  if (known >= 0) return known;
  // Each worker had as much room; together they may have found more than there is.
  return destinations.length < room ? destinations.push(name) - 1 : NOBODY;
}

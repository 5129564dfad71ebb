import type { Counted, EarlyEnd } from '../count/counted.js';
import { alignMembers } from '../count/merge-blocks.js';
import { mergeCounts } from '../count/merge-counts.js';
import { nothingCounted } from '../count/nothing-counted.js';
import type { LoadOrder } from './load-order.js';
import { LocalMember } from './member/local-member.js';
import type { LoadMember, MemberTask } from './member/member.js';
import { newSentCounts } from './member/sent-counts.js';
import type { Workers } from './member/worker-member.js';
import { loadShares } from './plan.js';
import {
  type LoadProgress,
  type PartProgress,
  PROGRESS_INTERVAL_MS,
  sampleProgress,
  sumProgress,
} from './progress.js';
import { openTransport } from './transport/open-transport.js';
import type { OpenTransport } from './transport/transport.js';

/**
 * Looks at what a load has come to so far, and says whether it is enough: everything that was due until
 * a moment, on every member alike, once it has ended.
 *
 * @returns Why nothing more is to be sent, for `Counted.stopped`; null to go on. Does not throw.
 */
export type LoadWatch = (soFar: Counted) => StopCause | null | Promise<StopCause | null>;

/** Why a load is stopped early. */
export type StopCause = Pick<EarlyEnd, 'code' | 'destination'>;

/** How the outside watches and stops a load. */
export interface LoadControl {
  /** Cancels what is in flight; what was measured is still given. */
  signal: AbortSignal;
  /** Told when something begins, and a few times a second from then on. */
  onProgress(progress: LoadProgress): void;
  /** Looks at one snapshot after the other while the sample is taken, and may stop it. */
  watch?: LoadWatch;
  /** Another way to the target than the order's; there is one member then, on this thread. */
  openTransport?: OpenTransport;
  /** Other workers than the project's own. */
  threads?: Workers;
}

/** A load whose sample is being taken. */
export interface RunningLoad {
  /**
   * What everything due until about now came to, on every member alike, since the start; resolves
   * once all of it has ended. Snapshots are taken one after the other.
   *
   * @returns null when a member did not hear of it in time; another attempt may succeed.
   */
  snapshot(): Promise<Counted | null>;
  /**
   * Sends nothing more, and waits for what is in flight.
   *
   * @param cause Why, for `Counted.stopped`; the first one holds.
   */
  stop(cause: StopCause): void;
  /** What it came to. Rejects only for a fault of this program. */
  done: Promise<Counted>;
}

/** How far ahead the moment of a snapshot lies, in ms: it must reach all members before. */
const SNAPSHOT_LEADS_MS = [20, 100, 500];

/**
 * Loads the target, with as many threads as the plan says, and waits for the end. Every request that
 * was due is counted once, as sent or unsent.
 *
 * What `reach` found out (addresses that are unreachable, TLS) is not in the counts: the caller knows
 * it.
 */
export async function runLoad(order: LoadOrder, control: LoadControl): Promise<Counted> {
  const { done } = await startLoad(order, control);
  return done;
}

/** Like {@link runLoad}. @returns When the sample has started. */
export async function startLoad(order: LoadOrder, control: LoadControl): Promise<RunningLoad> {
  const members = await openMembers(order, control);
  const onAbort = (): void => {
    for (const member of members) member.stop('cancel');
  };
  control.signal.addEventListener('abort', onAbort, { once: true });
  if (control.signal.aborted) onAbort();
  const close = async (): Promise<void> => {
    control.signal.removeEventListener('abort', onAbort);
    await Promise.all(members.map((member) => member.close()));
  };
  try {
    await warm(order, control, members);
  } catch (error) {
    await close();
    throw error;
  }
  return takeSample(order, control, members, close);
}

/** Has all members dial their connections, and send the warm-up. */
async function warm(
  { plan }: LoadOrder,
  control: LoadControl,
  members: readonly LoadMember[],
): Promise<void> {
  const tell = (): void => {
    const sent = members.reduce((sum, member) => sum + member.warmedUp(), 0);
    control.onProgress(
      sent === 0 || plan.warmup === null
        ? { phase: 'connecting', connections: plan.connections }
        : { phase: 'warming-up', sent, planned: plan.warmup.requests },
    );
  };
  tell();
  const progress = setInterval(tell, PROGRESS_INTERVAL_MS);
  try {
    await Promise.all(members.map((member) => member.warm()));
  } finally {
    clearInterval(progress);
  }
}

function takeSample(
  { plan }: LoadOrder,
  control: LoadControl,
  members: readonly LoadMember[],
  close: () => Promise<void>,
): RunningLoad {
  const cpuBefore = process.cpuUsage();
  const startEpochMs = performance.timeOrigin + performance.now();
  const untilEpochMs = plan.durationMs === null ? null : startEpochMs + plan.durationMs;
  for (const member of members) member.start({ startEpochMs, untilEpochMs });
  const look = (): PartProgress => {
    const elapsedMs = performance.timeOrigin + performance.now() - startEpochMs;
    const sums = sumProgress(members.flatMap((member) => member.progress() ?? []));
    control.onProgress(sampleProgress(sums, plan, elapsedMs));
    return sums;
  };
  look();
  const progress = setInterval(() => {
    const sums = look();
    if (!isSilent(plan, sums)) return;
    for (const member of members) member.stop('silent');
  }, PROGRESS_INTERVAL_MS);
  let stopCause: StopCause | null = null;
  let isOver = false;
  const done = Promise.all(members.map((member) => member.done))
    .then((parts) => {
      isOver = true;
      const { user, system } = process.cpuUsage(cpuBefore);
      const all = joined(parts);
      // Of members it is known only where they have a process of their own.
      const counted = { ...all, cpuMicros: all.cpuMicros + user + system };
      return { ...counted, stopped: stoppedFor(stopCause, counted) };
    })
    .finally(async () => {
      clearInterval(progress);
      await close();
    });
  let latest: Promise<unknown> = Promise.resolve();
  const running: RunningLoad = {
    done,
    snapshot: () => {
      const next = latest.then(() => (isOver ? done : snapshotOf(members)));
      latest = next.catch(() => undefined);
      return next;
    },
    stop: (cause) => {
      stopCause ??= cause;
      for (const member of members) member.stop('drain');
    },
  };
  for (const member of members) {
    void member.harm.then(({ destination }) => {
      running.stop({ code: 'harm', destination });
    });
  }
  // One may have connections that lead elsewhere than all others do.
  void Promise.all(members.map(({ hopeless }) => hopeless)).then(() => {
    running.stop({ code: 'hopeless', destination: null });
  });
  if (control.watch !== undefined) void watchLoad(running, control.watch, () => isOver);
  return running;
}

/** How much longer than a deadline nothing has to be answered: what came just after one is an answer. */
const SILENCE_GRACE_MS = 500;

/** Whether nothing is answered any more by anybody, and enough has failed for the rest not to matter. */
function isSilent(
  { silentAfterErrors = null, timeoutMs }: LoadOrder['plan'],
  { errors, quietMs }: PartProgress,
): boolean {
  if (silentAfterErrors === null || quietMs === Infinity) return false;
  return errors >= silentAfterErrors && quietMs > timeoutMs + SILENCE_GRACE_MS;
}

async function watchLoad(
  running: RunningLoad,
  watch: LoadWatch,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const soFar = await running.snapshot();
    const cause = soFar === null ? null : await watch(soFar);
    if (cause === null) continue;
    running.stop(cause);
    return;
  }
}

async function openMembers(order: LoadOrder, control: LoadControl): Promise<LoadMember[]> {
  const { plan, calls } = order;
  const tasks = (workers: number): MemberTask[] =>
    loadShares({ ...plan, workers }).map((share) => ({
      order,
      share,
      sent: newSentCounts(share.connections.length, calls.length),
    }));
  const own = control.openTransport;
  if (own !== undefined) return tasks(1).map((task) => new LocalMember(task, own));
  const all = tasks(plan.workers);
  const { WorkerMember, WORKER_THREADS } = await import('./member/worker-member.js');
  if (order.transport.engine === 'grpc-js') {
    const { WORKER_PROCESSES } = await import('./member/member-process.js');
    return all.map((task) => new WorkerMember(task, control.threads ?? WORKER_PROCESSES));
  }
  // A thread of its own would only cost time to start.
  if (all.length === 1) return all.map((task) => new LocalMember(task, openTransport));
  return all.map((task) => new WorkerMember(task, control.threads ?? WORKER_THREADS));
}

async function snapshotOf(members: readonly LoadMember[]): Promise<Counted | null> {
  for (const leadMs of SNAPSHOT_LEADS_MS) {
    const beforeEpochMs = performance.timeOrigin + performance.now() + leadMs;
    const parts = await Promise.all(members.map((member) => member.snapshot(beforeEpochMs)));
    const known = parts.filter((part) => part !== null);
    if (known.length === parts.length) return joined(known);
  }
  return null;
}

function joined(parts: readonly Counted[]): Counted {
  const counted = parts.reduce(mergeCounts, nothingCounted());
  return { ...counted, calls: counted.calls.map(alignMembers) };
}

/** Members know that they were stopped; it is for this side to say why, and after how many in all. */
function stoppedFor(cause: StopCause | null, { stopped, calls }: Counted): Counted['stopped'] {
  if (stopped === null) return null;
  const afterRequests = calls.reduce((sum, { sent }) => sum + sent, 0);
  const { code, destination } = stopped.code === 'stopped' ? (cause ?? stopped) : stopped;
  return { code, destination, afterRequests };
}

import { Worker } from 'node:worker_threads';
import type { Counted } from '../../count/counted.js';
import { type PartProgress, PROGRESS_INTERVAL_MS } from '../progress.js';
import { lostMember } from './lost-member.js';
import type { Harm, LoadMember, MemberTask, SampleTimes, StopHow } from './member.js';
import { sentIn } from './sent-counts.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** How workers are started and watched. */
export interface Workers {
  /** The worker's module. */
  entry: URL;
  /** A worker says something several times a second; one that is silent for so long has died. */
  hungAfterMs: number;
  /** Starts one; it is a thread unless told. */
  start?: (entry: URL, task: MemberTask) => MemberHost;
}

export const WORKER_THREADS: Workers = {
  entry: new URL('./worker.js', import.meta.url),
  hungAfterMs: 30_000,
};

/** What a worker runs on: a thread, or a process of its own. */
export interface MemberHost {
  on(event: 'message', take: (message: FromWorker) => void): unknown;
  once(event: 'error', take: (error: unknown) => void): unknown;
  once(event: 'exit', take: (code: number) => void): unknown;
  postMessage(message: ToWorker): void;
  /** Brings the task's counts of what was sent up to date, where they are not in shared memory. */
  readSent?(): void;
  /** Ends it at once. */
  terminate(): Promise<unknown>;
}

const startThread = (entry: URL, task: MemberTask): MemberHost =>
  new Worker(entry, { workerData: task });

/**
 * A member on a thread, or in a process, of its own. When that dies, or hangs, only its answers are
 * lost: what it had sent counts as cancelled, and what it was still to send is unsent.
 */
export class WorkerMember implements LoadMember {
  readonly done: Promise<Counted>;
  readonly harm: Promise<Harm>;
  readonly hopeless: Promise<void>;
  readonly #task: MemberTask;
  readonly #worker: MemberHost;
  readonly #warm: Promise<void>;
  readonly #watch: NodeJS.Timeout;
  #resolveDone: (counted: Counted) => void = () => undefined;
  #resolveHarm: (harm: Harm) => void = () => undefined;
  #resolveHopeless: () => void = () => undefined;
  #resolveWarm: () => void = () => undefined;
  #resolveSnapshot: ((counted: Counted | null) => void) | null = null;
  #isOver = false;
  #times: SampleTimes | null = null;
  #progress: PartProgress | null = null;
  /** Times it was looked after since it said anything. */
  #silentLooks = 0;

  constructor(task: MemberTask, { entry, hungAfterMs, start = startThread }: Workers) {
    this.#task = task;
    this.#worker = start(entry, task);
    this.done = new Promise((resolve) => (this.#resolveDone = resolve));
    this.harm = new Promise((resolve) => (this.#resolveHarm = resolve));
    this.hopeless = new Promise((resolve) => (this.#resolveHopeless = resolve));
    this.#warm = new Promise((resolve) => (this.#resolveWarm = resolve));
    this.#worker.on('message', (message: FromWorker) => {
      this.#onMessage(message);
    });
    // An uncaught error is told before the exit, and the first word counts.
    this.#worker.once('error', (error: unknown) => {
      this.#die(error instanceof Error ? error.message : String(error));
    });
    this.#worker.once('exit', (code) => {
      this.#die(`it ended with code ${code}`);
    });
    // Counted in looks and not by the clock: a process that was stopped has not heard its threads.
    const patience = Math.ceil(hungAfterMs / PROGRESS_INTERVAL_MS);
    this.#watch = setInterval(() => {
      this.#silentLooks += 1;
      if (this.#silentLooks <= patience) return;
      this.#die('it was stuck: it said nothing any more');
      void this.#worker.terminate();
    }, PROGRESS_INTERVAL_MS);
  }

  warm(): Promise<void> {
    return this.#warm;
  }

  start(times: SampleTimes): void {
    this.#times = times;
    this.#tell({ kind: 'start', times });
  }

  snapshot(beforeEpochMs: number): Promise<Counted | null> {
    if (this.#isOver) return this.done;
    return new Promise((resolve) => {
      this.#resolveSnapshot = resolve;
      this.#tell({ kind: 'snapshot', beforeEpochMs });
    });
  }

  stop(how: StopHow): void {
    this.#tell({ kind: 'stop', how });
  }

  warmedUp(): number {
    this.#worker.readSent?.();
    return sentIn(this.#task.sent.warmUp);
  }

  progress(): PartProgress | null {
    return this.#progress;
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#worker.terminate();
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #onMessage(message: FromWorker): void {
    this.#silentLooks = 0;
    switch (message.kind) {
      case 'warm':
        this.#resolveWarm();
        break;
      case 'alive':
        this.#progress = message.progress ?? this.#progress;
        break;
      case 'harm':
        this.#resolveHarm(message.harm);
        break;
      case 'hopeless':
        this.#resolveHopeless();
        break;
      case 'snapshot':
        this.#resolveSnapshot?.(message.counted);
        this.#resolveSnapshot = null;
        break;
      case 'done':
        this.#end(message.counted);
        break;
      case 'fault':
        this.#die(message.why);
        break;
    }
  }

  #die(why: string): void {
    if (this.#isOver) return;
    this.#worker.readSent?.();
    const nowEpochMs = performance.timeOrigin + performance.now();
    this.#end(lostMember(this.#task, why, this.#times, nowEpochMs));
  }

  #end(counted: Counted): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#watch);
    if (this.#progress !== null) this.#progress = { ...this.#progress, quietMs: Infinity };
    this.#resolveDone(counted);
    this.#resolveWarm();
    this.#resolveSnapshot?.(counted);
    this.#resolveSnapshot = null;
  }
}

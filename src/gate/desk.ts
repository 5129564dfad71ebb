import type { Known } from './answer.js';
import type { RunOutcome } from './child-run.js';
import { idOf, type VerdictKey } from './expected-step.js';
import { judge, type Judged } from './judge.js';
import type { Log } from './log.js';
import type { GateMetrics } from './metrics.js';
import type { Question } from './question.js';
import { type QueuedTask, RunQueue } from './run-queue.js';
import { type StoredVerdict, sequelOf } from './stored-verdict.js';
import type { VerdictStore } from './verdict-store.js';

/** What a desk works with. */
export interface DeskMeans {
  store: VerdictStore;
  metrics: GateMetrics;
  log: Log;
  /** Runs that wait. */
  queue: number;
  keepPassMs: number;
  /** Runs a scenario. @param words Flags of `verify` besides. */
  run: (scenario: string, words: readonly string[]) => Promise<RunOutcome>;
  /** The step that what is expected now stands for; or why it cannot be said. */
  expected: (scenario: string) => Promise<ExpectedNow>;
}

/** What is expected of a scenario at the moment. */
export type ExpectedNow = { kind: 'step'; step: string } | Extract<Judged, { kind: 'unjudged' }>;

/** A verdict that was asked for. */
export interface Asked {
  key: VerdictKey & { id: string };
  known: Known;
  /** What it comes to; absent where that is known already. */
  result?: Promise<Known>;
}

type TaskResult = Exclude<Known, { kind: 'unfinished' }>;

/** Outcomes without a verdict that are remembered, for those who ask for them later. */
const REMEMBERED = 256;
const UNKNOWN_STEP = 'unknown';
const UNSAVED: TaskResult = {
  kind: 'refused',
  problem: 'verdicts cannot be written at the moment: the log of the gate says why',
};
const ENDING: TaskResult = { kind: 'refused', problem: 'the service is ending: ask again' };

/** Takes questions, answers those that are settled and has the others judged, one at a time. */
export class GateDesk {
  readonly #means: DeskMeans;
  readonly #queue: RunQueue<TaskResult>;
  /** Keys of what waits or runs, and of what came to nothing lately. */
  readonly #keys = new Map<string, VerdictKey>();
  readonly #unjudged = new Map<string, Judged>();
  #isEnding = false;

  constructor(means: DeskMeans) {
    this.#means = means;
    this.#queue = new RunQueue<TaskResult>(means.queue, () => ENDING);
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Runs that wait, and that go on. */
  get gauges(): { waiting: number; running: number } {
    const { waiting, running } = this.#queue;
    return { waiting, running };
  }

  /** @param scenario One that there is. */
  async ask(scenario: string, { revision, step, labels }: Question): Promise<Asked> {
    if (this.isEnding)
      return { key: keyOf(scenario, revision, step ?? UNKNOWN_STEP), known: ENDING };
    const now: ExpectedNow =
      step === null ? await this.#means.expected(scenario) : { kind: 'step', step };
    if (now.kind === 'unjudged') {
      return { key: keyOf(scenario, revision, UNKNOWN_STEP), known: now };
    }
    const key = keyOf(scenario, revision, now.step);
    const { id } = key;
    if (this.#queue.find(id) === null) {
      const known = await this.#means.store.find(id);
      if (this.#sequel(known) === 'answer' && known !== null) {
        return { key, known: { kind: 'verdict', verdict: known } };
      }
    }
    const task = this.#queue.join(id, () => this.#judged(key, step !== null, labels));
    if (task === null) {
      const problem = `${this.#means.queue} runs wait already, or the service ends: ask again later`;
      return { key, known: { kind: 'refused', problem } };
    }
    this.#remember(key, null);
    return { key, known: stateOf(task), result: task.result };
  }

  /** What is known of a run that somebody has asked for; null: nothing. */
  async find(id: string): Promise<Asked | null> {
    const key = this.#keys.get(id);
    const task = this.#queue.find(id);
    if (task !== null && key !== undefined) return { key: { ...key, id }, known: stateOf(task) };
    const unjudged = this.#unjudged.get(id);
    if (unjudged !== undefined && key !== undefined)
      return { key: { ...key, id }, known: unjudged };
    const verdict = await this.#means.store.find(id);
    if (verdict === null) return null;
    const { scenario, revision, step } = verdict;
    return { key: { scenario, revision, step, id }, known: { kind: 'verdict', verdict } };
  }

  /** Takes no more questions, and lets those go that wait. @returns When the run that goes on has ended. */
  async close(): Promise<void> {
    this.#isEnding = true;
    await this.#queue.close();
  }

  #sequel(known: StoredVerdict | null): ReturnType<typeof sequelOf> {
    return sequelOf(known, this.#means.keepPassMs, Date.now());
  }

  async #judged(
    key: VerdictKey & { id: string },
    isStepGiven: boolean,
    labels: Record<string, string>,
  ): Promise<TaskResult> {
    try {
      return await this.#judgedNow(key, isStepGiven, labels);
    } catch (error) {
      // Nobody may be waiting who would be told.
      const problem = error instanceof Error ? error.message : String(error);
      this.#means.log('run-failed', { id: key.id, problem });
      throw error;
    }
  }

  async #judgedNow(
    key: VerdictKey & { id: string },
    isStepGiven: boolean,
    labels: Record<string, string>,
  ): Promise<TaskResult> {
    const { store, run, log, metrics } = this.#means;
    const { id, scenario, revision, step } = key;
    // Another verdict that could not be kept would be one that does not stick.
    if (!(await store.save())) return UNSAVED;
    // It may have been settled since it was asked for.
    const stored = await store.find(id);
    const sequel = this.#sequel(stored);
    if (sequel === 'answer' && stored !== null) return { kind: 'verdict', verdict: stored };
    const known = sequel === 'continue' ? stored : null;
    log('run-started', { id, scenario, revision, step });
    const startMs = performance.now();
    const about = { scenario, revision, step };
    const judged = await judge({ key: about, isStepGiven, labels, known }, { store, run });
    const seconds = (performance.now() - startMs) / 1000;
    this.#remember(key, judged);
    const result = judged.kind === 'verdict' ? judged.verdict.verdict : 'unjudged';
    metrics.ran(scenario, result, seconds);
    const { exitCode } = judged.kind === 'verdict' ? judged.verdict : judged;
    const reason = judged.kind === 'verdict' ? judged.verdict.reasons[0]?.text : judged.problem;
    const told = { id, scenario, revision, step, result, exitCode, reason: reason ?? null };
    log('run-ended', { ...told, seconds: Number(seconds.toFixed(3)) });
    return judged;
  }

  #remember({ id, ...key }: VerdictKey & { id: string }, judged: Judged | null): void {
    this.#keys.delete(id);
    this.#keys.set(id, key);
    this.#unjudged.delete(id);
    if (judged?.kind === 'unjudged') this.#unjudged.set(id, judged);
    for (const old of this.#keys.keys()) {
      if (this.#keys.size <= REMEMBERED + this.#means.queue) break;
      if (this.#queue.find(old) !== null) continue;
      this.#keys.delete(old);
      this.#unjudged.delete(old);
    }
  }
}

function keyOf(scenario: string, revision: string, step: string): VerdictKey & { id: string } {
  const key = { scenario, revision, step };
  return { ...key, id: idOf(key) };
}

function stateOf({ state }: QueuedTask<unknown>): Known {
  return { kind: 'unfinished', state };
}

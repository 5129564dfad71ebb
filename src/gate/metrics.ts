/** Upper bounds of run durations, in seconds. */
const BOUNDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

const RESULTS = ['pass', 'fail', 'inconclusive', 'unjudged'] as const;

/** What a run came to. */
export type RunResult = (typeof RESULTS)[number];

interface Durations {
  buckets: number[];
  count: number;
  sum: number;
}

/** Numbers that are read at the moment. */
export interface Gauges {
  waiting: number;
  running: number;
  /** Verdicts that could not be written yet. */
  unsaved: number;
}

/** Counts what the service does, as Prometheus reads it. Labels come from the list of scenarios: they are few. */
export class GateMetrics {
  readonly #runs = new Map<string, number>();
  readonly #durations = new Map<string, Durations>();
  readonly #answers = new Map<number, number>();

  /** @param scenarios All that there are: what is counted is there before the first run, as rates need it. */
  constructor(scenarios: Iterable<string>) {
    for (const scenario of scenarios) {
      for (const result of RESULTS) this.#runs.set(labelsOf(scenario, result), 0);
      this.#durations.set(scenario, noDurations());
    }
  }

  ran(scenario: string, result: RunResult, seconds: number): void {
    const labels = labelsOf(scenario, result);
    this.#runs.set(labels, (this.#runs.get(labels) ?? 0) + 1);
    const durations = this.#durations.get(scenario) ?? noDurations();
    durations.buckets = durations.buckets.map(
      (count, index) => count + (seconds <= (BOUNDS[index] ?? Infinity) ? 1 : 0),
    );
    durations.count += 1;
    durations.sum += seconds;
    this.#durations.set(scenario, durations);
  }

  answered(status: number): void {
    this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1);
  }

  /** In the text format of Prometheus, version 0.0.4. */
  text({ waiting, running, unsaved }: Gauges): string {
    const runs = [...this.#runs].map(([labels, n]) => `splitproof_runs_total{${labels}} ${n}`);
    const answers = [...this.#answers].map(
      ([status, n]) => `splitproof_answers_total{status="${status}"} ${n}`,
    );
    return [
      '# HELP splitproof_runs_total Runs that have ended, by scenario and what they came to.',
      '# TYPE splitproof_runs_total counter',
      ...runs,
      '# HELP splitproof_run_duration_seconds How long runs took.',
      '# TYPE splitproof_run_duration_seconds histogram',
      ...[...this.#durations].flatMap(([scenario, one]) => histogram(scenario, one)),
      '# HELP splitproof_answers_total Answers by HTTP status.',
      '# TYPE splitproof_answers_total counter',
      ...answers,
      '# HELP splitproof_runs_waiting Runs in the queue.',
      '# TYPE splitproof_runs_waiting gauge',
      `splitproof_runs_waiting ${waiting}`,
      '# HELP splitproof_runs_running Runs that go on.',
      '# TYPE splitproof_runs_running gauge',
      `splitproof_runs_running ${running}`,
      '# HELP splitproof_verdicts_unsaved Verdicts that could not be written to the state folder yet.',
      '# TYPE splitproof_verdicts_unsaved gauge',
      `splitproof_verdicts_unsaved ${unsaved}`,
      '',
    ].join('\n');
  }
}

function labelsOf(scenario: string, result: RunResult): string {
  return `scenario="${scenario}",result="${result}"`;
}

function noDurations(): Durations {
  return { buckets: BOUNDS.map(() => 0), count: 0, sum: 0 };
}

function histogram(scenario: string, { buckets, count, sum }: Durations): string[] {
  const name = 'splitproof_run_duration_seconds';
  const bounded = buckets.map(
    (n, index) => `${name}_bucket{scenario="${scenario}",le="${BOUNDS[index] ?? 0}"} ${n}`,
  );
  return [
    ...bounded,
    `${name}_bucket{scenario="${scenario}",le="+Inf"} ${count}`,
    `${name}_sum{scenario="${scenario}"} ${sum}`,
    `${name}_count{scenario="${scenario}"} ${count}`,
  ];
}

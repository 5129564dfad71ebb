/** Upper bounds of run durations, in seconds. */
const BOUNDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

/** What a run came to. */
export type RunResult = 'pass' | 'fail' | 'inconclusive' | 'unjudged';

interface Durations {
  buckets: number[];
  count: number;
  sum: number;
}

/** Numbers that are read at the moment. */
export interface Gauges {
  waiting: number;
  running: number;
}

/** Counts what the service does, as Prometheus reads it. Labels come from the list of scenarios: they are few. */
export class GateMetrics {
  readonly #runs = new Map<string, number>();
  readonly #durations = new Map<string, Durations>();
  readonly #answers = new Map<number, number>();

  ran(scenario: string, result: RunResult, seconds: number): void {
    const labels = `scenario="${scenario}",result="${result}"`;
    this.#runs.set(labels, (this.#runs.get(labels) ?? 0) + 1);
    const durations = this.#durations.get(scenario) ?? {
      buckets: BOUNDS.map(() => 0),
      count: 0,
      sum: 0,
    };
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
  text({ waiting, running }: Gauges): string {
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
      '',
    ].join('\n');
  }
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

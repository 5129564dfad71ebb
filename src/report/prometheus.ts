import type { CallRecord, LatencyRecord, RunRecord } from '../record/run-record.js';
import { labelled } from './labelled.js';
import { type Metric, prometheusText, type Sample } from './prometheus-text.js';

type Labels = Readonly<Record<string, string>>;

const VERDICTS = ['pass', 'fail', 'inconclusive'] as const;
const QUANTILES = [
  ['0.5', 'p50'],
  ['0.9', 'p90'],
  ['0.95', 'p95'],
  ['0.99', 'p99'],
  ['0.999', 'p999'],
  ['1', 'max'],
] as const;

/** The run as metrics of Prometheus (text format 0.0.4): all of them say how it is now. */
export function renderPrometheus(record: RunRecord): string {
  const { load, verdict } = record;
  return prometheusText([
    gauge('run_info', 'What was run; 1.', [{ labels: infoOf(record), value: 1 }]),
    gauge('run_start_timestamp_seconds', 'When the sample began, since 1970.', [
      { value: Date.parse(record.startedAt) / 1000 },
    ]),
    gauge('run_duration_seconds', 'How long the sample took.', [{ value: record.durationSeconds }]),
    gauge('verdict', 'Whether this is the verdict of the run: 1 or 0.', verdictOf(verdict)),
    gauge('requests', 'Requests of the sample, by what became of them.', [
      { labels: { outcome: 'ok' }, value: load.ok },
      { labels: { outcome: 'failed' }, value: load.failed },
      { labels: { outcome: 'timed_out' }, value: load.timedOut },
      { labels: { outcome: 'cancelled' }, value: load.cancelled },
      { labels: { outcome: 'unsent' }, value: load.unsent },
    ]),
    gauge('requests_per_second', 'Rate at which requests ended.', [
      { value: load.requestsPerSecond },
    ]),
    ...callMetrics(record),
    gauge(
      'threshold_ok',
      'Whether a threshold holds: 1 or 0; absent where that cannot be said.',
      record.thresholds.map(({ expression, ok }) => {
        return { labels: { expression }, value: ok === null ? null : Number(ok) };
      }),
    ),
    gauge('findings', 'Findings, by code and severity.', findingsOf(record)),
  ]);
}

function callMetrics(record: RunRecord): Metric[] {
  const named = labelled(record).map(({ call, label }) => {
    return { call, labels: { call: label ?? call.name ?? call.call } };
  });
  const ofDestinations = (valueOf: (destination: Destination) => number | null): Sample[] =>
    named.flatMap(({ call, labels: own }) =>
      (call.split?.destinations ?? []).map((destination) => ({
        labels: { ...own, destination: destination.name },
        value: valueOf(destination),
      })),
    );
  return [
    gauge(
      'call_verdict',
      'Whether this is the verdict of a call: 1 or 0.',
      named.flatMap(({ call, labels: own }) => verdictOf(call.verdict, own)),
    ),
    gauge(
      'destination_answers',
      'Answers of a destination.',
      ofDestinations(({ observed }) => observed),
    ),
    gauge(
      'destination_failed_answers',
      'Answers of a destination that failed.',
      ofDestinations(({ failed }) => failed),
    ),
    gauge(
      'destination_share',
      'Observed share of a destination, 0 to 1.',
      ofDestinations(({ share }) => share),
    ),
    gauge(
      'destination_share_low',
      'Lower end of the confidence interval of the share.',
      ofDestinations(({ interval }) => interval?.[0] ?? null),
    ),
    gauge(
      'destination_share_high',
      'Upper end of the confidence interval of the share.',
      ofDestinations(({ interval }) => interval?.[1] ?? null),
    ),
    gauge(
      'destination_expected_share',
      'Share of a destination by the weights, 0 to 1.',
      ofDestinations(({ expectedShare }) => expectedShare),
    ),
    summary(
      'call_latency_seconds',
      'Latency of OK answers of a call.',
      named.flatMap(({ call, labels: own }) => latencyOf(call.latencyMs.overall, own)),
    ),
    summary(
      'destination_latency_seconds',
      'Latency of OK answers of a destination.',
      named.flatMap(({ call, labels: own }) =>
        Object.entries(call.latencyMs.byDestination).flatMap(([destination, latency]) =>
          latencyOf(latency, { ...own, destination }),
        ),
      ),
    ),
  ];
}

type Destination = NonNullable<CallRecord['split']>['destinations'][number];

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'gauge', help, samples };
}

function summary(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'summary', help, samples };
}

function verdictOf(verdict: RunRecord['verdict'], labels: Labels = {}): Sample[] {
  return VERDICTS.map((one) => {
    return { labels: { ...labels, verdict: one }, value: Number(one === verdict) };
  });
}

function latencyOf(latency: LatencyRecord, labels: Labels): Sample[] {
  const { count, mean } = latency;
  return [
    ...QUANTILES.map(([quantile, name]) => {
      return { labels: { ...labels, quantile }, value: secondsOf(latency[name]) };
    }),
    { labels, suffix: '_sum', value: secondsOf(mean === null ? null : mean * count) },
    { labels, suffix: '_count', value: count },
  ];
}

function secondsOf(ms: number | null): number | null {
  // Nanoseconds: what is left beyond them is of dividing.
  return ms === null ? null : Math.round(ms * 1e6) / 1e9;
}

function findingsOf({ findings }: RunRecord): Sample[] {
  const counts = new Map<string, { labels: Labels; value: number }>();
  for (const { code, severity } of findings) {
    const key = `${code} ${severity}`;
    const value = (counts.get(key)?.value ?? 0) + 1;
    counts.set(key, { labels: { code, severity }, value });
  }
  return [...counts.values()];
}

/** Labels of the run are `label_NAME`; of two whose names come out the same the later one is numbered. */
function infoOf({ runId, scenario, command, target, tool, labels }: RunRecord): Labels {
  const info: Record<string, string> = {
    ...{ run_id: runId, name: scenario ?? '', command, target, version: tool.version },
  };
  for (const [label, value] of Object.entries(labels)) {
    const name = `label_${label.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
    let free = name;
    for (let number = 2; Object.hasOwn(info, free); number += 1) free = `${name}_${number}`;
    info[free] = value;
  }
  return info;
}

import type { CallRecord, LatencyRecord } from '../../record/run-record.js';
import { formatCount, formatMs } from '../numbers.js';
import { name } from './foreign.js';
import { type Content, type Html } from './markup.js';
import { folded } from './section.js';
import { key } from './series.js';
import { leftOut, MOST_ROWS } from './table.js';
import { tableElement } from './table.js';

const QUANTILES = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const;

/** Latencies by destination, of all, and of what failed; by pod where there are several. */
export function latencyTables({ latencyMs }: CallRecord, names: readonly string[]): Html[] {
  const pods = Object.entries(latencyMs.byPod);
  return [
    quantileTable('Latency (ms)', 'destination', [
      ...Object.entries(latencyMs.byDestination).map(
        ([own, latency]) => [key(names.indexOf(own), own), latency] as const,
      ),
      ['all', latencyMs.overall],
      ...(latencyMs.failed === null ? [] : [['failed, not in all', latencyMs.failed] as const]),
    ]),
    ...(pods.length < 2
      ? []
      : [
          folded(
            'Latency by pod',
            quantileTable(
              'Latency by pod (ms)',
              'pod',
              pods.map(([own, latency]) => [name(own), latency] as const),
            ),
          ),
        ]),
  ];
}

function quantileTable(
  caption: string,
  of: string,
  rows: readonly (readonly [Content, LatencyRecord])[],
): Html {
  const most = rows.slice(0, MOST_ROWS);
  return tableElement({
    caption,
    columns: [
      { title: of },
      { title: 'answers', isNumber: true },
      ...QUANTILES.map((quantile) => ({
        title: quantile === 'p999' ? 'p99.9' : quantile,
        isNumber: true,
      })),
    ],
    rows: most.map(([own, latency]) => [
      own,
      formatCount(latency.count),
      ...QUANTILES.map((quantile) => formatMs(latency[quantile])),
    ]),
    ...leftOut(rows.length, 'rows'),
  });
}

import { plainText } from './plain-text.js';

/** One value of a metric, and what tells it from the others. */
export interface Sample {
  labels?: Readonly<Record<string, string>>;
  /** null: not measured, and left out. */
  value: number | null;
  /** Of a summary: `_sum` or `_count`. */
  suffix?: string;
}

/** A metric with all of its values. */
export interface Metric {
  /** With its unit; without what all of them begin with. */
  name: string;
  type: 'gauge' | 'summary';
  help: string;
  samples: readonly Sample[];
}

const PREFIX = 'splitproof_';

/**
 * Metrics in Prometheus' text format, version 0.0.4: help, type, and a line for each value. A metric without
 * values is left out.
 */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .flatMap(({ name, type, help, samples }) => {
      const known = samples.filter(({ value }) => value !== null);
      if (known.length === 0) return [];
      const full = `${PREFIX}${name}`;
      return [
        `# HELP ${full} ${help}`,
        `# TYPE ${full} ${type}`,
        ...known.map(
          (sample) => `${full}${sample.suffix ?? ''}${labelsText(sample)} ${sample.value}`,
        ),
      ];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function labelsText({ labels = {} }: Sample): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** What is not seen is escaped first, so that what is left to escape are backslashes and quotes. */
function escaped(value: string): string {
  return plainText(value).replaceAll(/[\\"]/g, '\\$&');
}

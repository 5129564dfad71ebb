import { counted } from '../../number-text.js';
import { max } from 'd3-array';
import { area, curveStepAfter } from 'd3-shape';
import { latencyBuckets, type LatencyBucket } from '../../record/latency-buckets.js';
import { entryOf } from '../../record/entry-of.js';
import type { CallRecord, LatencyRecord } from '../../record/run-record.js';
import { formatMs } from '../numbers.js';
import { name, shortName } from './foreign.js';
import { along, WIDTH } from './frame.js';
import { type Html, html } from './markup.js';
import { type Axis, durationAxis } from './scales.js';
import { colourClass, swatch } from './series.js';
import { trackAxis } from './track.js';

/** So many destinations are drawn; the table has more. */
const MOST_ROWS = 12;
const BINS = 60;
const HEIGHT = 52;

/** How long the answers of a destination took. */
interface Row {
  index: number;
  name: string;
  buckets: LatencyBucket[];
  total: number;
  quantiles: LatencyRecord | undefined;
}

/**
 * How latencies lie, a row for each destination on one axis; nothing where there are none.
 *
 * @param names Of destinations, in the order of their colours.
 */
export function latencyPlot({ latencyMs }: CallRecord, names: readonly string[]): Html | null {
  const rows = Object.entries(latencyMs.histograms)
    .flatMap(([own, histogram]): Row[] => {
      const buckets = latencyBuckets(histogram) ?? [];
      const total = buckets.reduce((sum, { count }) => sum + count, 0);
      if (total === 0) return [];
      const quantiles = entryOf(latencyMs.byDestination, own);
      return [{ index: names.indexOf(own), name: own, buckets, total, quantiles }];
    })
    .sort((a, b) => rank(a) - rank(b));
  if (rows.length === 0) return null;
  const shown = rows.slice(0, MOST_ROWS);
  const axis = durationAxis(
    shown.flatMap(({ buckets }) => buckets.flatMap(({ fromMs, toMs }) => [fromMs, toMs])),
    5,
  );
  const densities = shown.map(({ buckets, total }) => densityOf(buckets, total, axis));
  const peak = max(densities.flat()) ?? 1;
  const left = rows.length - shown.length;
  return html`<figure>
    <div class="tracks">
      ${shown.map((row, at) => rowElement(row, densities[at] ?? [], peak, axis))}
      <div class="row axes">
        <div class="who"></div>
        ${trackAxis(axis, 'latency of OK answers')}
        <div class="what"></div>
      </div>
    </div>
    <figcaption>
      <p class="note">
        Height: part of the destination’s answers. Lines: p50 and p99.
        ${left > 0 ? `${counted(left, 'more destination')} stand in the table alone.` : null}
      </p>
    </figcaption>
  </figure>`;
}

function rank({ index }: Row): number {
  return index < 0 ? Infinity : index;
}

/** Parts of the answers in bins of equal width on the axis. */
function densityOf(buckets: readonly LatencyBucket[], total: number, axis: Axis): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const { fromMs, toMs, count } of buckets) {
    const at = Math.min(BINS - 1, Math.floor(axis.at((fromMs + toMs) / 2) * BINS));
    bins[at] = (bins[at] ?? 0) + count / total;
  }
  return bins;
}

function rowElement(
  { index, name: own, total, quantiles }: Row,
  density: readonly number[],
  peak: number,
  axis: Axis,
): Html {
  const shape = area<number>(
    (_, at) => (WIDTH * at) / BINS,
    HEIGHT,
    (part) => HEIGHT - 2 - ((HEIGHT - 6) * part) / peak,
  )
    .curve(curveStepAfter)
    .digits(1);
  const { p50 = null, p99 = null } = quantiles ?? {};
  const label = own === '' ? 'without a destination' : shortName(own);
  const text = `${label}: ${counted(total, 'answer')}, p50 ${formatMs(p50)} ms, p99 ${formatMs(p99)} ms`;
  return html`<div class="row">
    <div class="who">${swatch(index)}${own === '' ? label : name(own)}</div>
    <svg
      class="track ${colourClass(index)}"
      role="img"
      aria-label="${text}"
      width="100%"
      height="${HEIGHT}"
    >
      <title>${text}</title>
      ${axis.ticks.map(
        ({ at }) =>
          html`<line class="grid" x1="${along(at)}" x2="${along(at)}" y1="0" y2="${HEIGHT}" />`,
      )}
      <svg
        width="100%"
        height="${HEIGHT}"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
      >
        <path class="density" d="${shape([...density, 0]) ?? ''}" />
      </svg>
      <line class="base" x1="0" x2="100%" y1="${HEIGHT}" y2="${HEIGHT}" />
      ${[p50, p99].map((ms) =>
        ms === null
          ? null
          : html`<line
              class="quantile"
              x1="${along(axis.at(ms))}"
              x2="${along(axis.at(ms))}"
              y1="2"
              y2="${HEIGHT}"
            />`,
      )}
    </svg>
    <div class="what"><strong>${formatMs(p50)} ms</strong><span>p99 ${formatMs(p99)} ms</span></div>
  </div>`;
}

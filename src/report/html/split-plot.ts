import { counted } from '../../number-text.js';
import { max } from 'd3-array';
import type { DestinationRecord, SplitRecord } from '../../record/run-record.js';
import { formatShare, formatTolerance } from '../numbers.js';
import { name, shortName } from './foreign.js';
import { type Content, type Html, html, NOTHING } from './markup.js';
import { linearAxis, shareAxis, type Axis } from './scales.js';
import { swatch } from './series.js';
import { trackAxis, trackElement } from './track.js';

/** So many destinations are drawn; the table has more. */
const MOST_ROWS = 20;

/** Every destination's share against what was expected of it, and how far off it is. */
export function splitPlot(split: SplitRecord): Html {
  const { destinations } = split;
  const axis = shareAxis(shareDomain(destinations), 5);
  const offAxis = deviationAxis(destinations);
  const left = destinations.length - MOST_ROWS;
  return html`<figure>
    <div class="tracks${offAxis === null ? null : html` two`}">
      ${destinations
        .slice(0, MOST_ROWS)
        .map((destination, index) => rowOf(destination, index, split, axis, offAxis))}
      <div class="row axes">
        <div class="who"></div>
        ${trackAxis(axis, 'share of the answers')}
        ${offAxis === null ? null : trackAxis(offAxis, 'off by, in points')}
        <div class="what"></div>
      </div>
    </div>
    <figcaption>
      <p class="note">
        ${offAxis === null ? null : expectedKey(split)}
        ${left > 0 ? `${counted(left, 'more destination')} stand in the table alone.` : null}
      </p>
    </figcaption>
  </figure>`;
}

function expectedKey({ alpha }: SplitRecord): Content {
  const confidence = Number(((1 - alpha) * 100).toFixed(4));
  return html`<span class="how"
      ><svg class="swatch d0" width="22" height="12" aria-hidden="true">
        <line class="interval" x1="1" x2="21" y1="6" y2="6" />
        <circle cx="11" cy="6" r="4" class="dot" /></svg
      >observed, with its ${confidence} % interval</span
    >
    <span class="how"
      ><svg class="swatch" width="12" height="14" aria-hidden="true">
        <line class="expected" x1="6" x2="6" y1="0" y2="14" /></svg
      >expected by weight</span
    >
    <span class="how"
      ><svg class="swatch d0" width="22" height="12" aria-hidden="true">
        <rect class="band" width="22" height="12" rx="3" /></svg
      >tolerance</span
    >`;
}

function rowOf(
  destination: DestinationRecord,
  index: number,
  split: SplitRecord,
  axis: Axis,
  offAxis: Axis | null,
): Html {
  const { expectedShare: expected, tolerance, interval, share, observed, routed } = destination;
  const text = rowText(destination);
  const isTested = expected !== null && tolerance !== null;
  const own = { index, interval, observed: share, text };
  const off = (value: number): number => value - (expected ?? 0);
  return html`<div class="row">
    <div class="who">${swatch(index)}${name(destination.name)}</div>
    ${trackElement({
      ...own,
      axis,
      expected,
      allowed: isTested ? [expected - tolerance, expected + tolerance] : null,
    })}
    ${
      offAxis === null
        ? null
        : expected === null
          ? html`<div></div>`
          : trackElement({
              ...own,
              axis: offAxis,
              text: `${shortName(destination.name)}: ${offText(destination)}`,
              expected: 0,
              allowed: tolerance === null ? null : [-tolerance, tolerance],
              interval: interval === null ? null : [off(interval[0]), off(interval[1])],
              observed: share === null ? null : off(share),
            })
    }
    <div class="what">
      <strong>${share === null ? 'no answer' : formatShare(share)}</strong>
      ${
        isTested && share !== null
          ? html`<span class="${Math.abs(off(share)) > tolerance ? html`bad` : NOTHING}"
              >${offText(destination)}</span
            >`
          : html`<span
              >${routed || split.destinations.every(({ weight }) => weight === null) ? counted(observed, 'answer') : 'not in the route'}</span
            >`
      }
    </div>
  </div>`;
}

function rowText({
  name: own,
  share,
  interval,
  expectedShare,
  tolerance,
}: DestinationRecord): string {
  return [
    `${shortName(own)}: ${share === null ? 'no answer' : `${formatShare(share)} of the answers`}`,
    ...(interval === null
      ? []
      : [`interval ${formatShare(interval[0])} to ${formatShare(interval[1])}`]),
    ...(expectedShare === null ? [] : [`expected ${formatShare(expectedShare)}`]),
    ...(tolerance === null ? [] : [`tolerance ${formatTolerance(tolerance)}`]),
  ].join(', ');
}

/** `+0.15 pp`, and in words where that is more than may be. */
function offText({ share, expectedShare, tolerance }: DestinationRecord): string {
  if (share === null || expectedShare === null) return 'no answer';
  const points = (share - expectedShare) * 100;
  const sign = points < 0 ? '−' : '+';
  const isOut = tolerance !== null && Math.abs(share - expectedShare) > tolerance;
  return `${sign}${Math.abs(points).toFixed(2)} pp${isOut ? ', out of tolerance' : ''}`;
}

/** The destination whose share is furthest from what was expected; null where none was. */
export function furthestOff({ destinations }: SplitRecord): Html | null {
  const off = ({ share, expectedShare }: DestinationRecord): number =>
    share === null || expectedShare === null ? -1 : Math.abs(share - expectedShare);
  const [first] = [...destinations].sort((a, b) => off(b) - off(a));
  if (first === undefined || off(first) < 0) return null;
  return html`${name(first.name)} ${offText(first)}`;
}

/** From nothing to all, or less where all that is drawn lies closer together. */
function shareDomain(destinations: readonly DestinationRecord[]): readonly [number, number] {
  const ends = destinations.flatMap(({ share, interval, expectedShare, tolerance }) => [
    ...(share === null ? [] : [share]),
    ...(interval ?? []),
    ...(expectedShare === null
      ? []
      : [expectedShare - (tolerance ?? 0), expectedShare + (tolerance ?? 0)]),
  ]);
  const greatest = max(ends) ?? 1;
  return [0, greatest > 0.8 ? 1 : Math.min(1, greatest * 1.15)];
}

/** The same to both sides; null where nothing was expected. */
function deviationAxis(destinations: readonly DestinationRecord[]): Axis | null {
  const reach = destinations.flatMap(({ share, interval, expectedShare, tolerance }) =>
    expectedShare === null
      ? []
      : [
          tolerance ?? 0,
          ...[share ?? expectedShare, ...(interval ?? [])].map((value) =>
            Math.abs(value - expectedShare),
          ),
        ],
  );
  if (reach.length === 0) return null;
  const most = Math.max((max(reach) ?? 0) * 1.12, 0.002);
  return linearAxis(
    [-most, most],
    5,
    (value) =>
      `${value > 0 ? '+' : value < 0 ? '−' : ''}${Number(Math.abs(value * 100).toFixed(3))}`,
  );
}

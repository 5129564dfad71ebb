import { along } from './frame.js';
import { type Content, type Html, html } from './markup.js';
import type { Axis } from './scales.js';
import { colourClass, symbol } from './series.js';

/** What is drawn on one axis for a destination; values are the axis's. */
export interface Track {
  /** Of the destination, for its colour and shape. */
  index: number;
  axis: Axis;
  /** For who does not see it: all that is drawn. */
  text: string;
  /** Where it may be. */
  allowed: readonly [number, number] | null;
  expected: number | null;
  interval: readonly [number, number] | null;
  observed: number | null;
}

const HEIGHT = 40;
const MIDDLE = HEIGHT / 2;

/** A share with its interval, what was expected of it, and how far it may be off. */
export function trackElement(track: Track): Html {
  const { index, axis, text, allowed, expected, interval, observed } = track;
  const at = (value: number): string => along(axis.at(value));
  return html`<svg
    class="track ${colourClass(index)}"
    role="img"
    aria-label="${text}"
    width="100%"
    height="${HEIGHT}"
  >
    <title>${text}</title>
    ${axis.ticks.map(
      (tick) =>
        html`<line
          class="grid"
          x1="${along(tick.at)}"
          x2="${along(tick.at)}"
          y1="0"
          y2="${HEIGHT}"
        />`,
    )}
    ${
      allowed === null
        ? null
        : html`<rect
            class="band"
            x="${at(allowed[0])}"
            width="${along(axis.at(allowed[1]) - axis.at(allowed[0]))}"
            y="8"
            height="${HEIGHT - 16}"
            rx="3"
          />`
    }
    ${
      expected === null
        ? null
        : html`<line
            class="expected"
            x1="${at(expected)}"
            x2="${at(expected)}"
            y1="3"
            y2="${HEIGHT - 3}"
          />`
    }
    ${interval === null ? null : intervalMark(at(interval[0]), at(interval[1]))}
    ${observed === null ? null : symbol(index, at(observed), MIDDLE)}
  </svg>`;
}

function intervalMark(from: string, to: string): Content {
  const cap = (x: string): Html =>
    html`<line class="interval" x1="${x}" x2="${x}" y1="${MIDDLE - 5}" y2="${MIDDLE + 5}" />`;
  return html`<line class="interval" x1="${from}" x2="${to}" y1="${MIDDLE}" y2="${MIDDLE}" />${cap(
      from,
    )}${cap(to)}`;
}

/** The axis below tracks; what it says stands in their texts, too. */
export function trackAxis({ ticks }: Axis, title: string): Html {
  return html`<div class="axis" aria-hidden="true">
    <svg class="plot" width="100%" height="18">
      ${ticks.map(
        ({ at, label }) => html`<text class="tick x" x="${along(at)}" y="13">${label}</text>`,
      )}
    </svg>
    <span>${title}</span>
  </div>`;
}

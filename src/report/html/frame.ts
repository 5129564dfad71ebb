import { type Content, type Html, html } from './markup.js';

/** A mark of an axis. */
export interface Tick {
  /** Part of the axis, from 0 to 1. */
  at: number;
  label: string;
}

/** A picture over two axes, which is as wide as there is room: text in it is not stretched. */
export interface Frame {
  /** Unique in the page. */
  id: string;
  /** What it is a picture of. */
  title: string;
  /** What it shows, for who does not see it. */
  description: string;
  /** In pixels, without the labels. */
  height: number;
  x: readonly Tick[];
  y: readonly Tick[];
  /** Drawn in a space of {@link WIDTH} × height, which is stretched to the width there is. */
  stretched: Content;
  /** Drawn over it; places on the x-axis in per cent. */
  marks?: Content;
}

/** Units of what is stretched. */
export const WIDTH = 1000;

/** `12.34%`: a place on the x-axis. @param at Part of the axis, 0 to 1. */
export function along(at: number): string {
  return `${Number((at * 100).toFixed(2))}%`;
}

/** Draws the axes, and what is between them. */
export function frame({ id, title, description, height, x, y, stretched, marks }: Frame): Html {
  const down = (at: number): number => Number((height * (1 - at)).toFixed(1));
  return html`<div class="frame">
    <svg class="plot" role="img" aria-labelledby="${id}-t ${id}-d" width="100%" height="${height}">
      <title id="${id}-t">${title}</title>
      <desc id="${id}-d">${description}</desc>
      ${y.map(
        ({ at, label }) =>
          html`<line class="grid" x1="0" x2="100%" y1="${down(at)}" y2="${down(at)}" /><text
              class="tick y"
              x="-8"
              y="${down(at)}"
              dy=".35em"
              >${label}</text
            >`,
      )}
      ${x.map(
        ({ at, label }) =>
          html`<line
              class="notch"
              x1="${along(at)}"
              x2="${along(at)}"
              y1="${height}"
              y2="${height + 5}"
            /><text class="tick x" x="${along(at)}" y="${height + 18}">${label}</text>`,
      )}
      <line class="base" x1="0" x2="100%" y1="${height}" y2="${height}" />
      <svg
        width="100%"
        height="${height}"
        viewBox="0 0 ${WIDTH} ${height}"
        preserveAspectRatio="none"
      >
        ${stretched}
      </svg>
      ${marks ?? null}
    </svg>
  </div>`;
}

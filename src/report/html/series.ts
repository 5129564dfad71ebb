import { type Html, html, NOTHING } from './markup.js';
import { name } from './foreign.js';

/** Colours, each with a shape and a dash of its own, that are told apart by everybody. */
const COLOURS = 8;

/**
 * The class that gives a destination its colour, the same in all pictures.
 *
 * @param index Of the destination in its list; below 0 for what is none.
 */
export function colourClass(index: number): string {
  return index < 0 ? 'other' : `d${index % COLOURS}`;
}

/** Two dozen pixels of what stands for a destination: its colour, and its dash. */
export function swatch(index: number): Html {
  return html`<svg class="swatch ${colourClass(index)}" width="22" height="12" aria-hidden="true">
    <line class="line" x1="0" y1="6" x2="22" y2="6" />
    ${symbol(index, '50%', 6)}
  </svg>`;
}

/** A destination by its name, with what stands for it in pictures. */
export function key(index: number, text: string): Html {
  return html`<span class="key">${swatch(index)}${name(text)}</span>`;
}

/** What stands for the destinations of a picture. */
export function legend(names: readonly { index: number; text: string }[]): Html {
  return html`<ul class="legend">
    ${names.map(({ index, text }) => html`<li>${key(index, text)}</li>`)}
  </ul>`;
}

/** The shape of a destination, as a mark in a picture. @param x A length of SVG, with its unit. */
export function symbol(index: number, x: string, y: number): Html {
  const shape = SHAPES[(index < 0 ? COLOURS : index) % SHAPES.length] ?? NOTHING;
  return html`<svg class="symbol" x="${x}" y="${y}" width="1" height="1" overflow="visible">
    ${shape}
  </svg>`;
}

const SHAPES: readonly Html[] = [
  html`<circle r="5" />`,
  html`<rect x="-4.5" y="-4.5" width="9" height="9" />`,
  html`<path d="M0-6 5.5 4.5h-11z" />`,
  html`<path d="M0-6.5 6.5 0 0 6.5-6.5 0z" />`,
  html`<path d="M0 6 5.5-4.5h-11z" />`,
  html`<path d="M-2-5.5h4v3.5h3.5v4h-3.5v3.5h-4v-3.5h-3.5v-4h3.5z" />`,
];

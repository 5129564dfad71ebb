import { type Content, type Html, html } from './markup.js';
import { folded } from './section.js';
import { type Table, tableElement } from './table.js';

/** A picture, what stands for what in it, and its numbers. */
export interface Figure {
  /** What it is of, in a few words. */
  title: string;
  /** How to read it; null where it is plain. */
  caption: Content;
  legend?: Content;
  picture: Content;
  /** The same as numbers. */
  numbers: Table;
}

/** A picture with its heading and, folded, its numbers. */
export function figureElement({ title, caption, legend, picture, numbers }: Figure): Html {
  return html`<figure>
    <h3>${title}</h3>
    ${legend ?? null} ${picture}
    <figcaption>
      ${caption === null ? null : html`<p class="note">${caption}</p>`}
      ${folded('Numbers', tableElement(numbers))}
    </figcaption>
  </figure>`;
}

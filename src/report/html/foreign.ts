import { type Html, html } from './markup.js';

/** Characters of a message that are shown; the record has all. */
const MOST_OF_A_MESSAGE = 1200;
/** Characters of a name in tables. */
const MOST_OF_A_NAME = 80;

/** A name from elsewhere: by itself, whatever the direction of its script. */
export function name(text: string): Html {
  return html`<bdi>${clipped(text, MOST_OF_A_NAME)}</bdi>`;
}

/** A sentence that may have words from elsewhere in it. */
export function message(text: string): Html {
  return html`<bdi>${clipped(text, MOST_OF_A_MESSAGE)}</bdi>`;
}

/** Names in attributes, and in pictures, where there are no elements. */
export function shortName(text: string): string {
  return clipped(text, MOST_OF_A_NAME);
}

/** Cut in the middle: the ends of names tell most. */
function clipped(text: string, most: number): string {
  const characters = Array.from(text.length > 4 * most ? ends(text, 2 * most) : text);
  if (characters.length <= most) return text;
  const tail = Math.floor((most - 1) / 3);
  return `${characters.slice(0, most - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}

/** So that very long text is not taken apart whole. */
function ends(text: string, length: number): string {
  return text.slice(0, length) + text.slice(-length);
}

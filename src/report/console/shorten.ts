import { cutAt, displayWidth } from '../text-width.js';

/** Names of destinations are cut at this, so that their tables stay within 80 columns. */
export const MAX_NAME = 14;

/**
 * Cuts a name in the middle: its ends tell most.
 *
 * @param columns Fewer than 3 are as good as 3.
 */
export function shorten(name: string, columns: number): string {
  const room = Math.max(3, columns);
  const width = displayWidth(name);
  if (width <= room) return name;
  const headRoom = Math.ceil((room - 1) / 2);
  const tailRoom = room - 1 - headRoom;
  return `${cutAt(name, headRoom)[0]}…${endOf(name, width - tailRoom)}`;
}

/** What is left of text from a column on, without a character that begins before it. */
function endOf(text: string, column: number): string {
  const [before, rest] = cutAt(text, column);
  return displayWidth(before) < column ? cutAt(rest, 2)[1] : rest;
}

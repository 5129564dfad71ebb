/** How long the number of a request is that is written into it. */
export const NUMBER_DIGITS = 8;

const DIGIT_0 = 0x30;
const LETTER_A = 0x61;

/** One of a number's hexadecimal digits, as a byte. @param place From 0, the greatest first. */
export function digitOf(number: number, place: number): number {
  const digit = (number >>> (4 * (NUMBER_DIGITS - 1 - place))) & 0xf;
  return digit < 10 ? DIGIT_0 + digit : LETTER_A + digit - 10;
}

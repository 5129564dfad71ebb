/**
 * Characters that do something to a terminal or to the order of text instead of being seen:
 * control characters, line separators, Unicode's direction marks, and its tags, which hide text; and halves of
 * characters, which no encoding has.
 */
const UNSEEN =
  // eslint-disable-next-line no-control-regex -- naming control characters is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff\u{e0000}-\u{e007f}]/gu;

/** The same, but for line ends. */
const UNSEEN_IN_LINES = new RegExp(
  UNSEEN.source.replace('\\u001f', '\\u0009\\u000b-\\u001f'),
  'gu',
);

/** Makes text that came from elsewhere harmless to print; what is not seen becomes `\u001b`. */
export function plainText(text: string): string {
  return text.replaceAll(UNSEEN, escaped);
}

/** Likewise of text whose line ends are its own. */
export function plainLines(text: string): string {
  return text.replaceAll(UNSEEN_IN_LINES, escaped);
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

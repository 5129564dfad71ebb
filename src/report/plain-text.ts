/**
 * Characters that do something to a terminal or to the order of text instead of being seen:
 * control characters, line separators, and Unicode's direction marks.
 */
// eslint-disable-next-line no-control-regex -- naming control characters is the purpose
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Makes text that came from elsewhere harmless to print; what is not seen becomes `\u001b`. */
export function plainText(text: string): string {
  return text.replaceAll(
    UNSEEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

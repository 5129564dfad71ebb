import { plainText } from '../plain-text.js';

/** What is not seen, and keeps what stands before it from being read together with what follows. */
const BREAK = '&#8203;';

/** Characters that mean something to Markdown or HTML, and ends of what GitHub makes links of by itself. */
const MARKUP = String.raw`[&<>\\\x60*_~[\]!|$]|:(?=//)|(?<=\bwww)\.`;
/** What GitHub looks for in what is shown: somebody, an issue, an emoji. */
const REFERENCES = String.raw`[@#]|\bGH(?=-\d)|:(?=[a-z+][\w+-]*:)`;
const ALL = new RegExp(`(${MARKUP})|${REFERENCES}`, 'gi');
const OF_NAMES = new RegExp(`${MARKUP}|@`, 'gi');

/**
 * Text from elsewhere as a sentence in GitHub's Markdown: neither markup nor HTML, no link, nobody is
 * mentioned and no issue is referred to. GitHub looks for the last two in what is shown, so that writing
 * their characters by number does not help.
 */
export function markdownText(text: string): string {
  return plainText(text)
    .trim()
    .replaceAll(ALL, (found, markup?: string) =>
      markup === undefined ? `${found}${BREAK}` : byNumber(found),
    )
    .replace(/^[-+=]|^\d+(?=[.)])/, (first) => first.replaceAll(/./g, byNumber));
}

/** A name from elsewhere, to be copied: in it GitHub looks for nobody and nothing. */
export function markdownName(text: string): string {
  return `<code>${plainText(text).replaceAll(OF_NAMES, byNumber)}</code>`;
}

/** Text from elsewhere inside of `<pre>`, which is HTML alone. @param text Without control characters. */
export function preformatted(text: string): string {
  return text.replaceAll(/[&<>]/g, byNumber);
}

function byNumber(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

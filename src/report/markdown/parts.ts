import { aboutCall } from '../../record/call-labels.js';
import { atMost } from '../at-most.js';
import type { Notice } from '../notices.js';
import { placeText } from '../sentences/place.js';
import type { Style } from '../style.js';
import type { Part } from './bounded.js';
import { markdownName, markdownText, preformatted } from './escape.js';

/** GitHub's comments hold so many characters; a summary of a job holds 16 times that. */
export const LIMIT = 65_536;
/** Of names, in UTF-16 units. */
export const NAME_LENGTH = 200;
/** Of sentences. */
export const TEXT_LENGTH = 1000;

/** Wider than a terminal, for it can be scrolled. */
const FOLDED_STYLE: Style = { width: 100, colour: false };

/** What stands out, with its place and its page. */
export function findingsPart(notices: readonly Notice[]): Part {
  return {
    of: 'findings',
    before: '### Findings\n\n',
    items: notices.map((notice) => `- ${findingText(notice)}\n`),
    after: '\n',
  };
}

function findingText({ severity, code, call, place, page, ...texts }: Notice): string {
  const name = markdownName(atMost(code, NAME_LENGTH));
  const where = placeText(place);
  const said = [aboutCall(call, texts.summary), texts.evidence, texts.advice]
    .filter((text) => text !== '')
    .map((text) => markdownText(atMost(text, TEXT_LENGTH)));
  return [
    `**${severity}** ${page === null ? name : `[${name}](${page})`}`,
    ...(where === '' ? [] : [`in ${markdownName(atMost(where, NAME_LENGTH))}`]),
    `<br>${said.join('<br>')}`,
  ].join(' ');
}

/** The whole report as it stands on terminals, folded. */
export function detailsPart(render: (style: Style) => string): Part {
  const lines = preformatted(render(FOLDED_STYLE)).trimEnd().split('\n');
  return {
    of: 'lines of the report',
    before: '<details>\n<summary>The whole report</summary>\n\n<pre>\n',
    items: lines.map((line) => `${line}\n`),
    after: '</pre>\n\n</details>\n\n',
  };
}

import { createHash } from 'node:crypto';
import type { RunRecord } from '../../record/run-record.js';
import { shortName } from './foreign.js';
import { type Html, html, pageText } from './markup.js';
import { contents, type Section, sectionElement } from './section.js';
import { STYLES } from './style/styles.js';
import { runName, verdictHeader, verdictWord } from './verdict.js';

/** The page around the sections of a report. */
export function document(record: RunRecord, sections: readonly Section[]): Html {
  const { tool, runId } = record;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${contentPolicy()}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${verdictWord(record)}: ${shortName(runName(record))} – splitproof</title>
        <link rel="icon" href="data:," />
        ${STYLES}
      </head>
      <body>
        <a class="skip" href="#report">To the report</a>
        ${verdictHeader(record)}
        <div class="page">
          ${contents(sections)}
          <main id="report">${sections.map(sectionElement)}</main>
        </div>
        <footer>
          <p>
            Made by ${shortName(tool.name)} ${shortName(tool.version)} of the record of run
            ${shortName(runId)}, and of nothing else.
          </p>
        </footer>
      </body>
    </html> `;
}

const STYLE_TAGS = /^<style>|<\/style>$/g;

/** Nothing is loaded and nothing runs, whatever a record says: the page's own styles are all. */
function contentPolicy(): string {
  const styles = STYLES.map((style) => {
    const sheet = pageText(style).replace(STYLE_TAGS, '');
    return `'sha256-${createHash('sha256').update(sheet).digest('base64')}'`;
  });
  return `default-src 'none'; style-src ${styles.join(' ')}; img-src data:; base-uri 'none'; form-action 'none'`;
}

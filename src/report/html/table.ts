import { formatCount } from '../numbers.js';
import { type Content, type Html, html } from './markup.js';

/** A column of a table. */
export interface Column {
  title: string;
  isNumber?: boolean;
}

/** A table, and what is to be said of it. */
export interface Table {
  /** What the table is of: for who comes upon it, and for who hears it. */
  caption: string;
  columns: readonly Column[];
  /** Cells by column; the first says what the row is of. */
  rows: readonly (readonly Content[])[];
  /** Of what was left out. */
  note?: string;
}

/** A table that scrolls by itself where it is wider than the page. */
export function tableElement({ caption, columns, rows, note }: Table): Html {
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0">
      <table>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${columns.map(
              ({ title, isNumber }) => html`<th scope="col" ${numberClass(isNumber)}>${title}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>
                ${cells.map((cell, at) =>
                  at === 0
                    ? html`<th scope="row">${cell}</th>`
                    : html`<td${numberClass(columns[at]?.isNumber)}>${cell}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${note === undefined ? null : html`<p class="note">${note}</p>`}`;
}

function numberClass(isNumber: boolean | undefined): Html | null {
  return isNumber === true ? html` class="n"` : null;
}

/** Rows that a table may have; the record has all. */
export const MOST_ROWS = 60;

/** A sentence where a list is longer than what is shown of it. */
export function leftOut(length: number, what: string): { note?: string } {
  return length <= MOST_ROWS
    ? {}
    : {
        note: `${formatCount(length - MOST_ROWS)} more ${what} are left out here; the record has them.`,
      };
}

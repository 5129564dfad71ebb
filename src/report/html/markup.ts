import { plainText } from '../plain-text.js';

/** The name of it leaves this file in no way, so that nothing but {@link html} makes markup. */
const SAFE = Symbol('safe');

/** Text that is HTML, or SVG, already. */
export interface Html {
  readonly [SAFE]: string;
}

/** What may stand in a page: text is escaped, nothing stands for nothing. */
export type Content = string | number | Html | null | readonly Content[];

/** No markup. */
export const NOTHING = trusted('');

function trusted(text: string): Html {
  return { [SAFE]: text };
}

/**
 * Markup of a template. What is filled in is text, in elements and in quoted attributes, unless it is
 * markup itself.
 */
export function html(template: TemplateStringsArray, ...contents: Content[]): Html {
  const pieces = template.map(
    (literal, index) => withoutIndents(literal) + text(contents[index] ?? null),
  );
  return trusted(pieces.join(''));
}

/** The page as it is written to a file. */
export function pageText(page: Html): string {
  return page[SAFE];
}

const INDENT = /\n\s+/g;

function withoutIndents(literal: string): string {
  return literal.replace(INDENT, '\n');
}

function text(content: Content): string {
  if (content === null) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escaped(plainText(content));
  return SAFE in content ? content[SAFE] : content.map(text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(plain: string): string {
  return plain.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

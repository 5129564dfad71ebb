import { plainText } from '../plain-text.js';
import { heading, type Style, wrap } from '../style.js';

/** A heading, and sentences below it, each begun on a line of its own; empty where there are none. */
export function sentenceSection(title: string, sentences: readonly string[], style: Style): string {
  if (sentences.length === 0) return '';
  return `${heading(title, style)}\n${indented(sentences, style).join('\n')}`;
}

/** Sentences as lines of a section. */
export function indented(sentences: readonly string[], style: Style): string[] {
  return sentences.map((sentence) => `  ${wrap(plainText(sentence), style, 4, 2)}`);
}

import { styleText } from 'node:util';
import { cutAt, displayWidth } from './text-width.js';

/** How a report for people is laid out. */
export interface Style {
  /** Columns that may be used. */
  width: number;
  colour: boolean;
  /** A file as programs find it that know one folder, where that is not as the user named it. */
  nameFile?: (file: string) => string;
}

/** What a piece of text means; colours follow from it. */
export type Meaning = 'pass' | 'fail' | 'inconclusive' | 'heading' | 'quiet';

const COLOURS: Record<Meaning, Parameters<typeof styleText>[0]> = {
  pass: 'green',
  fail: 'red',
  inconclusive: 'yellow',
  heading: 'bold',
  quiet: 'dim',
};

/** Columns. */
const WIDEST_CHARACTER = 2;

/** Colours text by its meaning, where colours are wanted. */
export function paint(style: Style, meaning: Meaning, text: string): string {
  // The caller has looked at the terminal and the environment already.
  return style.colour ? styleText(COLOURS[meaning], text, { validateStream: false }) : text;
}

/** What stands above a section. @param text Without colours. */
export function heading(text: string, style: Style): string {
  return paint(style, 'heading', wrap(text, style));
}

/**
 * Breaks text at spaces so that it fits the width, and words that are longer than a line.
 *
 * @param text Without colours.
 * @param indent Columns of space before every line but the first.
 * @param firstUsed Columns of the first line that are taken already.
 */
export function wrap(text: string, style: Style, indent = 0, firstUsed = 0): string {
  const lines: string[] = [];
  // However little room there is, a character is on each line.
  const columns = Math.max(WIDEST_CHARACTER, style.width - indent);
  let line = '';
  let room = style.width - firstUsed;
  const breakLine = (): void => {
    lines.push(line);
    line = '';
    room = columns;
  };
  for (const whole of text.split(' ')) {
    let word = whole;
    while (displayWidth(word) > columns) {
      // A name or a message from elsewhere: begun where it stands, so that it is seen to belong there.
      const start = line === '' ? '' : `${line} `;
      const free = room - displayWidth(start);
      if (free < WIDEST_CHARACTER && line !== '') {
        breakLine();
        continue;
      }
      const [head, rest] = cutAt(word, Math.max(WIDEST_CHARACTER, free));
      line = start + head;
      word = rest;
      breakLine();
    }
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > room) breakLine();
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.join(`\n${' '.repeat(indent)}`);
}

import { styleText } from 'node:util';

/** How a report for people is laid out. */
export interface Style {
  /** Columns that may be used. */
  width: number;
  colour: boolean;
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

/** Colours text by its meaning, where colours are wanted. */
export function paint(style: Style, meaning: Meaning, text: string): string {
  // The caller has looked at the terminal and the environment already.
  return style.colour ? styleText(COLOURS[meaning], text, { validateStream: false }) : text;
}

/**
 * Breaks text at spaces so that it fits the width, and words that are longer than a line.
 *
 * @param indent Spaces before every line but the first.
 */
export function wrap(text: string, style: Style, indent = 0, firstUsed = 0): string {
  const lines: string[] = [];
  let line = '';
  let room = style.width - firstUsed;
  for (const whole of text.split(' ')) {
    let word = whole;
    while (word.length > style.width - indent) {
      // A name or a message from elsewhere: begun where it stands, so that it is seen to belong there.
      const start = line === '' ? '' : `${line} `;
      const cut = Math.max(1, room - start.length);
      lines.push(start + word.slice(0, cut));
      word = word.slice(cut);
      line = '';
      room = style.width - indent;
    }
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = '';
      room = style.width - indent;
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.join(`\n${' '.repeat(indent)}`);
}

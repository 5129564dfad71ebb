import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../fixtures/command.js';

/** A command of a page, as it stands there. */
export interface PageCommand {
  /** What a shell gets: several lines where they hang together. */
  text: string;
  /** What the page says that it exits with; 0 unless it says something. */
  status: number;
  /** What the page shows of its output; null where it shows nothing. */
  shown: string | null;
}

/** The commands that stand in one fenced block: those of one shell. */
export interface PageBlock {
  page: string;
  /** 1-based, of its first line. */
  line: number;
  commands: PageCommand[];
}

/** Every page for users and contributors, from the project's folder. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .sort(),
];

export function textOf(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

const FENCE = /^( *)```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm;

/** Blocks of `sh` (commands, a line each) and `console` (commands behind `$ `, with their output). */
export function blocksOf(page: string): PageBlock[] {
  const text = textOf(page);
  return [...text.matchAll(FENCE)].flatMap((match) => {
    const [, indent = '', language = '', body = ''] = match;
    const lines = body
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice(indent.length));
    const commands =
      language === 'sh' ? commandsOf(lines) : language === 'console' ? sessionOf(lines) : [];
    const line = text.slice(0, match.index).split('\n').length;
    return commands.length === 0 ? [] : [{ page, line, commands }];
  });
}

/** Whether more of a command follows: the line ends in a backslash or a bar, or within quotes. */
function goesOn(text: string): boolean {
  return /[\\|]$/.test(text) || (text.replace(/\\'/g, '').match(/'/g) ?? []).length % 2 === 1;
}

function joined(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && goesOn(last)) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts;
}

function commandsOf(lines: readonly string[]): PageCommand[] {
  return joined(lines)
    .filter((text) => !/^\s*(?:#.*)?$/.test(text))
    .map((text) => {
      const [, status = '0'] = /# .*\bexit status (\d+)/.exec(text) ?? [];
      return { text, status: Number(status), shown: null };
    });
}

function sessionOf(lines: readonly string[]): PageCommand[] {
  const commands: PageCommand[] = [];
  let isOpen = false;
  for (const line of lines) {
    const last = commands.at(-1);
    if (isOpen && last !== undefined) last.text += `\n${line.replace(/^> /, '')}`;
    else if (line.startsWith('$ ')) commands.push({ text: line.slice(2), status: 0, shown: null });
    else if (last !== undefined) last.shown = `${last.shown ?? ''}${line}\n`;
    isOpen = goesOn(commands.at(-1)?.text ?? '') && !(commands.at(-1)?.shown ?? false);
  }
  // `$ echo $?` is how a page says what the command before exits with.
  return commands.flatMap((command, index) => {
    if (command.text === 'echo $?') return [];
    const next = commands[index + 1];
    const status = next?.text === 'echo $?' ? Number(next.shown) : 0;
    return [{ ...command, status }];
  });
}

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FAILING_CANARIES } from './failing-canaries.js';
import { FALSE_CLAIMS } from './false-claims.js';
import { FIXED_MARGINS } from './fixed-margins.js';
import { INDEPENDENT_DRAWS } from './independent-draws.js';
import { MISSING_ANSWERS } from './missing-answers.js';
import type { Part } from './row.js';
import { SEQUENTIAL_RUNS } from './sequential-rates.js';
import { STICKY_DRAWS } from './sticky-rates.js';
import { TIMED_DRAWS } from './time-rates.js';

/*
 * What is claimed of the verdict beside what the real decision code does: enumerated where there are two
 * destinations and nothing but sums, simulated otherwise.
 *
 *   npm run error-rates -- [--only PART]... [--runs N] [--write docs/error-rates.md]
 *
 * `--write` puts each part's table between its marks in the page.
 */

const PARTS: readonly Part[] = [
  INDEPENDENT_DRAWS,
  FIXED_MARGINS,
  MISSING_ANSWERS,
  STICKY_DRAWS,
  TIMED_DRAWS,
  SEQUENTIAL_RUNS,
  FAILING_CANARIES,
  FALSE_CLAIMS,
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    runs: { type: 'string' },
    write: { type: 'string' },
  },
});

const unknown = values.only?.find((name) => !PARTS.some((part) => part.name === name));
if (unknown !== undefined) {
  const known = PARTS.map(({ name }) => name).join(', ');
  console.error(`no part is called ${unknown}; there are ${known}`);
  process.exit(2);
}
for (const part of PARTS) {
  if (values.only !== undefined && !values.only.includes(part.name)) continue;
  const lines = printed(part, values.runs === undefined ? undefined : Number(values.runs));
  if (values.write !== undefined) writeInto(values.write, part.name, lines);
}

/** Prints a part line by line, since a line can take minutes. */
function printed(part: Part, runs: number | undefined): string[] {
  const lines: string[] = [];
  const print = (cells: readonly string[]): void => {
    const line = `| ${cells.join(' | ')} |`;
    lines.push(line);
    console.log(line);
  };
  console.log(`${part.name}\n`);
  print(part.header);
  print(part.header.map(() => '---'));
  for (const cells of part.lines(runs)) print(cells);
  console.log();
  return lines;
}

function writeInto(file: string, part: string, lines: readonly string[]): void {
  const page = readFileSync(file, 'utf8');
  const [start, end] = [`<!-- measured: ${part} -->\n`, '\n<!-- /measured -->'];
  const from = page.indexOf(start);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${file} has no place for ${part}: ${start.trim()}`);
  writeFileSync(
    file,
    `${page.slice(0, from + start.length)}\n${lines.join('\n')}\n${page.slice(to)}`,
  );
}

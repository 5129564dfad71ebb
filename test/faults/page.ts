import type { Claim, Cost, Fault, LoopName } from './fault.js';
import { PER_SECOND, REQUESTS } from './run.js';
import { type FaultTable, TABLES } from './table.js';
import { BEFORE } from './timing.js';

/** In the project's folder. */
export const PAGE_FILE = 'docs/faults.md';

const COSTS: Readonly<Record<Cost, string>> = {
  failed: 'failed',
  timedOut: 'timed out',
  unsent: 'not sent',
  resent: 'sent again',
};

const INTRODUCTION = `# Faults

What happens to servers under load, and what a run says of it. This page is made of the table that the tests
walk (\`test/faults/\`): every line is two runs for each version of HTTP, \`verify\` in a closed loop and \`bench\`
in an open one, of ${REQUESTS} requests, ${PER_SECOND} a second, over a split in halves. Where a fault comes in
the middle of a run, it comes after ${BEFORE} answers. \`node scripts/fault-table.mjs\` writes the page anew.

Held for every run:

- It ends by itself, with a record.
- The account closes: \`due\` is what was asked for, \`due = sent + unsent\`,
  \`sent = ok + failed + timedOut + cancelled\`, \`sampled = n + missing\`, and the sum of \`sampled\` is \`sent\`.
- The servers' own counts agree with the record's. _exact_: no connection was lost, and servers have seen
  every request that was sent and no other, and have answered all that are OK and no other, but for answers
  that came too late. _lost_: connections were lost, and the counts differ by no more requests than are
  reported as failed or timed out.
- The ends of requests are those in the table: each of them is there, those in parentheses may be, by what
  was on the way just then, and no other is.
- The codes stand among the reasons and findings, and the exit status is that of the table. Where it is
  _0 or 1_, as many are lost as were on the way just then, and what is lost decides: no more than 0.5 % passes,
  5 % and more fails.
- No run says that weights changed, or takes the fault for one of the configuration.
- A machine that others keep busy may keep an open loop from its rate, or have no place for what is due: then the
  run says so (\`rate-not-reached\`, \`unsent-requests\`), and is inconclusive (exit status 3) instead of a pass.
`;

/** The page, by what the tests claim. */
export function page(): string {
  const tables = Object.values<FaultTable>(TABLES).map(
    (table) => `## ${table.title}\n\n${tableOf(table.faults)}\n`,
  );
  return [INTRODUCTION, ...tables].join('\n');
}

const COLUMNS = [
  'fault',
  'how it is made',
  'ends other than OK',
  'counts',
  'named by',
  'exit: closed, open',
];

function tableOf(faults: readonly Fault[]): string {
  const rows = [COLUMNS, ...faults.map((fault) => cellsOf(fault))];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]!.length)),
  );
  const [head, ...body] = rows.map((cells) => lineOf(cells, widths));
  const rule = lineOf(
    widths.map((width) => '-'.repeat(width)),
    widths,
  );
  return [head, rule, ...body].join('\n');
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
}

function cellsOf({ name, made, agrees, claims }: Fault): string[] {
  const both = (said: (claim: Claim) => string): string => {
    const [closed, open] = LOOPS.map((loop) => said(claims[loop]));
    return closed === open ? closed! : `${closed!}; open: ${open!}`;
  };
  return [
    name,
    made,
    both(costsOf),
    agrees === 'to the request' ? 'exact' : 'lost',
    both(codesOfClaim),
    exitsOf(claims),
  ];
}

function exitsOf(claims: Fault['claims']): string {
  const [closed, open] = LOOPS.map((loop) => {
    const { exit } = claims[loop];
    return exit === 'by what is lost' ? '0 or 1' : String(exit);
  });
  return `${closed!}, ${open!}`;
}

const LOOPS: readonly LoopName[] = ['closed', 'open'];

function costsOf({ costs = [], mayCost = [] }: Claim): string {
  const may = mayCost.map((cost) => COSTS[cost]);
  const parts = [
    ...costs.map((cost) => COSTS[cost]),
    ...(may.length === 0 ? [] : [`(${may.join(', ')})`]),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ').replace(', (', ' (');
}

/** Of a pass they are no names of a fault. */
const VERDICTS: readonly string[] = ['equivalent', 'answered'];

function codesOfClaim({ named }: Claim): string {
  const codes = named.filter((code) => !VERDICTS.includes(code));
  return codes.length === 0 ? '–' : codes.map((code) => `\`${code}\``).join(', ');
}

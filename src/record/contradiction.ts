import type { CallCounts, Counted } from '../count/counted.js';
import type { CallJudgement } from '../expect/expectation.js';
import type { Verdict } from '../expect/verdict.js';
import type { Concluded } from './conclude.js';
import { recordOf } from './record-of.js';
import type { CallRecord, RunRecord } from './run-record.js';

/** Two things in a record that cannot both be true. */
export interface Contradiction {
  /** Where one of them stands: `calls[0].split.n`. */
  path: string;
  problem: string;
}

/**
 * Finds what in a record contradicts itself: counts that do not close, or figures that do not follow
 * from what was counted.
 *
 * @param counted What the record says was counted.
 * @returns The first contradiction; null where there is none.
 */
export function contradictionIn(record: RunRecord, counted: Counted): Contradiction | null {
  const { asked } = record;
  if (counted.calls.length !== asked.calls.length) {
    return {
      path: 'counted.calls',
      problem: `it has ${counted.calls.length} calls, and ${asked.calls.length} were asked for`,
    };
  }
  if (record.calls.length !== asked.calls.length) {
    return {
      path: 'calls',
      problem: `it has ${record.calls.length} calls, and ${asked.calls.length} were asked for`,
    };
  }
  for (const [index, counts] of counted.calls.entries()) {
    const problem = unclosed(counts, counted, index);
    if (problem !== null) return { path: `counted.calls[${index}]`, problem };
    const tooMuch = overcounted(record.calls[index]?.change, counts);
    if (tooMuch !== null) return { path: `calls[${index}].change`, problem: tooMuch };
  }
  // What was asked and counted is the standard that the rest is held against.
  const whole = recordOf(asked, counted, concludedIn(record));
  const calls = whole.calls.map((call, index) => withChange(call, record, index));
  return difference(record, { ...whole, calls, counted: record.counted }, '');
}

/** What of the counts of a call does not add up; null where all does. */
function unclosed(counts: CallCounts, counted: Counted, call: number): string | null {
  const { sent, due, ends, observed, failed, latency, destinations, windows, blocks } = counts;
  const ended = sum(Object.values(ends));
  if (ended !== sent) return `${sent} were sent, and ${ended} came to an end`;
  const unsent = sum([...counts.unsent.values()]);
  if (due !== sent + unsent) return `${due} were due, and ${sent} sent and ${unsent} unsent`;
  const byStatus = sum([...counts.statuses.values()]);
  if (byStatus !== sent) return `${sent} were sent, and ${byStatus} have a status`;
  const columns = destinations.length;
  if (observed.length !== columns || failed.length !== columns || latency.length !== columns + 1) {
    return `it has ${columns} destinations, and other numbers of counts`;
  }
  if (failed.some((count, index) => count > (observed[index] ?? 0))) {
    return 'more answers failed than there were';
  }
  if (sum([...counts.vouchers.values()]) > sum(observed)) {
    return 'more answers are vouched for than there were';
  }
  const parts = {
    connections: counted.connections.map(({ byCall }) => byCall[call]?.observed ?? []),
    windows: windows.observed,
    blocks: blocks.observed,
    pods: podColumns(counts),
  };
  for (const [what, rows] of Object.entries(parts)) {
    const index = observed.findIndex((count, at) => sum(rows.map((row) => row[at] ?? 0)) > count);
    if (index >= 0)
      return `its ${what} have more answers of "${destinations[index] ?? ''}" than it has`;
  }
  return null;
}

const ENDS = ['ok', 'failed', 'timedOut', 'cancelled'] as const;

/** What the stretches of a change have more of than was counted; null where nothing. */
function overcounted(change: CallRecord['change'], { sent, ends }: CallCounts): string | null {
  const stretches = [change?.before, change?.during, change?.after].flatMap((one) => one ?? []);
  const all = { sent, ...ends };
  for (const key of ['sent', ...ENDS] as const) {
    const told = sum(stretches.map((stretch) => stretch[key]));
    if (told > all[key]) return `it has ${told} ${key}, and ${all[key]} were counted`;
  }
  return null;
}

/** Where a change was and what came of it is concluded, as a verdict is: it stands as the record shows it. */
function withChange(call: CallRecord, { asked, calls }: RunRecord, index: number): CallRecord {
  const change = calls[index]?.change;
  const isExpected = asked.calls[index]?.expectation?.kind === 'change';
  return change === undefined || !isExpected ? call : { ...call, change };
}

function podColumns({ pods, destinations }: CallCounts): number[][] {
  return [...pods.values()].map(({ destination, observed }) =>
    destinations.map((_, index) => (index === destination ? observed : 0)),
  );
}

/** The conclusion as the record shows it. */
function concludedIn(record: RunRecord): Concluded {
  const { verdict, end, reasons, thresholds, comparisons, findings } = record;
  return {
    ...{ verdict, end, reasons, thresholds, comparisons, findings },
    calls: record.calls.map(judgementIn),
  };
}

function judgementIn({ verdict, reasons, split, checks }: CallRecord): CallJudgement {
  const power = split?.power ?? null;
  return {
    verdict: verdict satisfies Verdict,
    reasons,
    findings: [],
    check: checks[0] ?? null,
    split:
      split === null || power === null
        ? null
        : {
            power,
            destinations: split.destinations.map(
              ({ name, expectedShare, interval, tolerance, errors }) => ({
                name,
                expectedShare: expectedShare ?? 0,
                interval,
                tolerance: tolerance ?? 0,
                errors,
              }),
            ),
            errors: split.errors ?? NO_ERRORS,
            test: split.test as NonNullable<CallJudgement['split']>['test'],
            aborts: split.aborts,
            draws: split.draws ?? { connections: null, missable: null, inTime: [] },
          },
  };
}

/** What a record without the figure gets: it is compared, and found wanting. */
const NO_ERRORS = { failed: 0, unsent: 0, asked: 0, limit: 0, pValue: 1 };

const MAX_SHOWN = 40;

/** The first place where two values differ, both as JSON has them. */
function difference(shown: unknown, expected: unknown, path: string): Contradiction | null {
  if (!isComposed(shown) || !isComposed(expected)) {
    if (Object.is(shown, expected)) return null;
    return {
      path,
      problem: `it says ${asText(shown)}, and what was counted gives ${asText(expected)}`,
    };
  }
  for (const name of new Set([...Object.keys(expected), ...Object.keys(shown)])) {
    const inside = Array.isArray(expected)
      ? `${path}[${name}]`
      : `${path}${path === '' ? '' : '.'}${name}`;
    const found = difference(ownValue(shown, name), ownValue(expected, name), inside);
    if (found !== null) return found;
  }
  return null;
}

function isComposed(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Names come from elsewhere, and may be such as every object inherits something under. */
function ownValue(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

function asText(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > MAX_SHOWN ? 'something else' : text;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

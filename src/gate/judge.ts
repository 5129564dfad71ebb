import { SEQUENTIAL_CAP } from '../expect/sequential-cap.js';
import { InputError } from '../input-error.js';
import type { Asked } from '../record/asked.js';
import { readRecord, type SavedRun } from '../record/read-record.js';
import type { RunRecord } from '../record/run-record.js';
import { merge } from '../run/merge.js';
import type { RunOutcome } from './child-run.js';
import { expectedStep, idOf, type VerdictKey } from './expected-step.js';
import { labelWords, withStepLabel } from './run-labels.js';
import type { StoredVerdict } from './stored-verdict.js';
import type { VerdictStore } from './verdict-store.js';

/** What a question came to. */
export type Judged =
  | { kind: 'verdict'; verdict: StoredVerdict }
  /** No sample was judged: nothing sticks. */
  | { kind: 'unjudged'; exitCode: number; problem: string };

/** A question whose turn it is. */
export interface Turn {
  key: VerdictKey;
  /** Whether its step was told, and not read from what is expected. */
  isStepGiven: boolean;
  labels: Record<string, string>;
  /** An inconclusive verdict to go on from; null: the sample begins. */
  known: StoredVerdict | null;
}

/** What a turn takes. */
export interface JudgeMeans {
  store: Pick<VerdictStore, 'keep' | 'record'>;
  /** Runs the scenario. @param words Flags of `verify` besides. */
  run: (scenario: string, words: readonly string[]) => Promise<RunOutcome>;
}

const BAD_INPUT = 2;
const EXIT = { pass: 0, fail: 1 } as const;

/**
 * Takes a sample, joins it with the one before where there is one, and keeps the verdict of the whole. The second
 * sample is never judged by itself: only evidence of all that was seen may be looked at whenever.
 */
export async function judge(turn: Turn, { store, run }: JudgeMeans): Promise<Judged> {
  const { key, labels, known } = turn;
  const rest = known === null ? [] : continuing(known);
  const outcome = await run(key.scenario, [...rest, ...labelWords(key, labels)]);
  if (outcome.kind === 'unjudged') return outcome;
  try {
    const earlier = known === null ? null : await earlierRun(known, store);
    const record = earlier === null ? outcome.run.record : await merge([earlier, outcome.run]);
    const verdict = verdictOf(turn, record, outcome);
    const labelled = withStepLabel(record, verdict.step);
    const held = await store.keep(verdict, `${JSON.stringify(labelled)}\n`);
    if (held.id === idOf(key)) return { kind: 'verdict', verdict: held };
    return unjudged(
      'what is expected changed while this waited, and the sample was of the new weights: ask again',
    );
  } catch (error) {
    if (error instanceof InputError) return unjudged(error.message);
    throw error;
  }
}

function unjudged(problem: string): Judged {
  return { kind: 'unjudged', exitCode: BAD_INPUT, problem };
}

/** Flags for what is left up to the cap, with other draws. */
function continuing({ requests, requestsAtMost, samples }: StoredVerdict): string[] {
  const left = Math.max(1, (requestsAtMost ?? 0) - requests);
  return ['--requests', String(left), '--seed', String(samples + 1)];
}

async function earlierRun(
  { id }: StoredVerdict,
  store: Pick<VerdictStore, 'record'>,
): Promise<SavedRun> {
  const text = await store.record(id);
  if (text !== null) return readRecord(text, 'the earlier sample');
  throw new InputError('its record is gone: remove its verdict as well', { file: `${id}.json` });
}

function verdictOf(
  { key, isStepGiven, labels, known }: Turn,
  record: RunRecord,
  { exitCode }: { exitCode: number },
): StoredVerdict {
  const { asked } = record;
  // The weights may have changed since they were looked at: a verdict is kept as what it is about.
  const about = isStepGiven ? key : { ...key, step: expectedStep(asked) ?? key.step };
  const { verdict, reasons } = record;
  return {
    schema: 'splitproof/gate/v1',
    id: idOf(about),
    ...about,
    labels,
    verdict,
    // An inconclusive verdict counts as the scenario has it, which the first run of it has shown.
    exitCode: verdict === 'inconclusive' ? (known?.exitCode ?? exitCode) : EXIT[verdict],
    reasons,
    samples: (known?.samples ?? 0) + 1,
    requests: record.load.sent,
    requestsAtMost: known === null ? capOf(asked) : known.requestsAtMost,
    endedAt: new Date().toISOString(),
  };
}

/** Requests up to which samples may be joined; null where they may not be. */
function capOf({ calls, load }: Asked): number | null {
  const expectations = calls.flatMap(({ expectation }) => expectation ?? []);
  const isSequential = expectations.some(({ design }) => design === 'sequential');
  if (!isSequential) return null;
  if (load.requests !== null) return load.requests;
  const planned = expectations.map(({ requestsPlanned }) => requestsPlanned);
  return planned.reduce<number | null>(
    (sum, one) => (sum === null || one === null ? null : sum + SEQUENTIAL_CAP * one),
    0,
  );
}

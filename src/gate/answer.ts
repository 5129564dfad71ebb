import type { Judged } from './judge.js';
import type { Question } from './question.js';
import type { VerdictKey } from './expected-step.js';
import type { StoredVerdict } from './stored-verdict.js';

/** What is known of a question. */
export type Known =
  | { kind: 'unfinished'; state: 'queued' | 'running' }
  /** It is not run: there is no room, or the service ends. */
  | { kind: 'refused'; problem: string }
  | Judged;

/** How it is answered. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: AnswerBody;
}

/** The JSON of an answer. */
export interface AnswerBody {
  id: string;
  location: string;
  scenario: string;
  revision: string;
  step: string;
  state: 'queued' | 'running' | 'done';
  verdict: StoredVerdict['verdict'] | null;
  exitCode: number | null;
  /** One sentence. */
  summary: string;
  reasons: StoredVerdict['reasons'];
  samples: number;
  endedAt: string | null;
  labels: Record<string, string>;
}

/** Who asks: controllers take statuses differently. */
export type Asker = 'client' | 'flagger' | 'verdicts';

const STATUS = { pass: 200, fail: 422, inconclusive: 409 } as const;
const UNJUDGED = 424;
const REFUSED = 503;
const RETRY_SECONDS = '5';

/**
 * The answer to a question. Pure.
 *
 * @param id Of the key.
 */
export function answerTo(
  key: VerdictKey & { id: string },
  known: Known,
  { inconclusive, labels }: Pick<Question, 'inconclusive' | 'labels'>,
  asker: Asker,
): Answer {
  const { id, scenario, revision, step } = key;
  const location = `/v1/runs/${id}`;
  const about = { id, location, scenario, revision, step };
  const nothing = { verdict: null, reasons: [], samples: 0, endedAt: null, labels };
  switch (known.kind) {
    case 'unfinished': {
      const { state } = known;
      const summary = `${state}: ask again for the verdict`;
      return {
        status: unfinishedStatus(asker, inconclusive),
        headers: { location, 'retry-after': RETRY_SECONDS },
        body: { ...about, state, exitCode: null, summary, ...nothing },
      };
    }
    case 'refused':
      return {
        status: refusedStatus(asker, inconclusive),
        headers: { 'retry-after': RETRY_SECONDS },
        body: { ...about, state: 'done', exitCode: null, summary: known.problem, ...nothing },
      };
    case 'unjudged': {
      const { exitCode, problem } = known;
      const summary = `nothing was judged: ${problem}`;
      return {
        status: UNJUDGED,
        headers: {},
        body: { ...about, state: 'done', exitCode, summary, ...nothing },
      };
    }
    case 'verdict': {
      const { verdict, exitCode, reasons, samples, endedAt } = known.verdict;
      const summary = [verdict, reasons[0]?.text ?? ''].filter((part) => part !== '').join(': ');
      return {
        status: asker === 'verdicts' ? STATUS.pass : verdictStatus(known.verdict, inconclusive),
        headers: {},
        body: {
          ...about,
          state: 'done',
          ...{ verdict, exitCode, summary, reasons, samples, endedAt },
          labels: known.verdict.labels,
        },
      };
    }
  }
}

/** The scenario may say how an inconclusive run counts; the question has the last word. */
function verdictStatus(
  { verdict, exitCode }: StoredVerdict,
  inconclusive: Question['inconclusive'],
): number {
  if (verdict !== 'inconclusive') return STATUS[verdict];
  if (inconclusive !== 'report') return STATUS[inconclusive];
  return exitCode === 0 ? STATUS.pass : exitCode === 1 ? STATUS.fail : STATUS.inconclusive;
}

/**
 * Flagger takes a 5xx for a failed check, and writes the URL of such a call into events and logs, with the token in
 * it: what it may ask again is not known yet. Source: fluxcd/flagger pkg/controller/webhook.go, callWebhook;
 * hashicorp/go-retryablehttp client.go, Do ("giving up").
 */
function refusedStatus(asker: Asker, inconclusive: Question['inconclusive']): number {
  return asker === 'flagger' ? unfinishedStatus(asker, inconclusive) : REFUSED;
}

/** What is not known yet is answered as what is inconclusive. */
function unfinishedStatus(asker: Asker, inconclusive: Question['inconclusive']): number {
  switch (asker) {
    case 'verdicts':
      return 503;
    case 'flagger':
      return inconclusive === 'pass' ? 202 : 425;
    case 'client':
      return 202;
  }
}

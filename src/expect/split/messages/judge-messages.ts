import { count, counted, digits } from '../../../number-text.js';
import type { CallJudgement, JudgedCall, Reason } from '../../expectation.js';
import type { SplitExpectation } from '../expectation.js';
import { messageShares, type MessageShares } from './message-shares.js';

/**
 * Judges a call whose messages are counted, after its streams were: those are what a gateway decides on.
 * Where they are split as the weights say, a pass needs the messages to be as well.
 *
 * @param judgement Of the streams.
 */
export function withMessages(
  { call, counted }: JudgedCall<SplitExpectation>,
  judgement: CallJudgement,
  alpha: number,
): CallJudgement {
  const messages = counted.counts.streams?.byMessage ?? null;
  const { split } = judgement;
  if (call.streamsBy !== 'messages' || messages === null || split === null) return judgement;
  const { destinations } = counted.counts;
  const cells = split.destinations.map(({ name, expectedShare, tolerance }) => ({
    name,
    share: expectedShare,
    tolerance,
  }));
  const places = cells.map(({ name }) => destinations.indexOf(name));
  const pick = (columns: readonly number[]): number[] => places.map((at) => columns[at] ?? 0);
  const { observed, squares, products } = messages;
  const own = {
    ...messages,
    observed: pick(observed),
    squares: pick(squares),
    products: pick(products),
  };
  const shares = messageShares(own, cells, alpha);
  const figures = {
    ...split,
    destinations: split.destinations.map((one, at) => ({
      ...one,
      interval: pair(shares.shares[at]?.interval),
    })),
  };
  if (judgement.verdict !== 'pass' || shares.state === 'shown') {
    return { ...judgement, split: figures };
  }
  return { ...judgement, verdict: 'inconclusive', reasons: [reasonOf(shares)], split: figures };
}

function reasonOf({ state, shares, n, streams, inflation }: MessageShares): Reason {
  const seen = shares.map(({ name, seen: share }) => `${name} ${digits((share ?? 0) * 100)} %`);
  return state === 'off'
    ? {
        code: 'messages-differ',
        text: `streams are split as the weights say, and their messages are not (${seen.join(', ')}): streams of one destination carry more of them`,
      }
    : {
        code: 'messages-open',
        text: `streams are split as the weights say; ${counted(n, 'message')} of ${counted(streams, 'stream')}, which tell as much as ${count(Math.floor(n / inflation))} by themselves, do not show it of messages yet: send more streams`,
      };
}

function pair(interval: readonly [number, number] | null | undefined): [number, number] | null {
  return interval === null || interval === undefined ? null : [...interval];
}

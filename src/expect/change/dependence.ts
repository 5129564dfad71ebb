import type { JudgedCall, Reason } from '../expectation.js';
import { judgeDependence } from '../split/draws/dependence.js';
import { answersBetween } from './answers-in-time.js';
import type { ChangeExpectation } from './expectation.js';

const CLUSTERED: Reason = {
  code: 'clustered-draws',
  text: 'answers hang together on connections, so there are fewer independent ones than there seem to be (verify without --across-change has them judged by connection)',
};

/**
 * Whether answers of a stretch of time hang together on connections: whether connections differ that ought to be
 * alike.
 *
 * @param stretch In ms since 1970.
 * @param alike By group: connections that are to have one split, by their places.
 * @param alpha How often it may be said of answers that are independent.
 * @returns null where that is not shown.
 */
export function dependenceOf(
  { call, counted }: JudgedCall<ChangeExpectation>,
  stretch: { fromMs: number; toMs: number },
  alike: readonly (readonly number[])[],
  alpha: number,
): Reason | null {
  const weighted = call.destinations.flatMap(({ weight, previousWeight }, i) =>
    (weight ?? 0) + (previousWeight ?? 0) > 0 ? [i] : [],
  );
  if (weighted.length < 2) return null;
  const rows = counted.connections.map((connection) => {
    const answers = answersBetween(connection, stretch.fromMs, stretch.toMs);
    return weighted.map((i) => answers[i] ?? 0);
  });
  const isDependent = alike.some((group) => {
    const { kind, homogeneityPValue } = judgeDependence(
      {
        counts: group.map((index) => rows[index] ?? []),
        neighbours: null,
        leadElsewhere: call.behind !== null || call.choosesPerCall === true,
      },
      weighted.length,
    );
    return kind === 'pinned' || (homogeneityPValue ?? 1) < alpha / alike.length;
  });
  return isDependent ? CLUSTERED : null;
}

import { missableShare } from '../gateway-reach.js';
import type { BlockView } from './blocks-in-time.js';
import type { ConnectionEvidence } from './dependence.js';

/** What can be said of whether draws were independent, besides the sums. */
export interface DrawFigures {
  /** Connections with answers in the sample; null where they are not seen. */
  connections: number | null;
  /**
   * Share of gateways that differ and that the connections may all have missed, with the probability
   * alpha, if whatever stands in front of them spreads connections independently; null with `connections`, and
   * where all of them lead to one gateway.
   */
  missable: number | null;
  /** Blocks in send order: 32, and where those are not independent draws also 16 and 8. Empty where they were not looked at. */
  inTime: {
    blocks: number;
    /** X²/df of their homogeneity, at least 1. */
    inflation: number;
    homogeneityPValue: number | null;
    /** Of the excess of equal neighbours in send order. */
    neighbourPValue: number | null;
  }[];
}

/** @param alpha Level of the verdict. @param leadToOne Whether all connections lead to one gateway. */
export function drawFigures(
  connections: ConnectionEvidence | null,
  inTime: readonly BlockView[],
  alpha: number,
  leadToOne: boolean,
): DrawFigures {
  // Those of a service behind lead from its callers, not from here.
  const areSeen =
    connections !== null && connections.leadElsewhere !== true && connections.of !== 'calls';
  const seen = areSeen ? connections.counts : [];
  const answering = seen.filter((row) => row.some((count) => count > 0)).length;
  return {
    connections: answering === 0 ? null : answering,
    missable: answering === 0 || leadToOne ? null : missableShare(alpha, answering),
    inTime: inTime.map(({ rows, dependence }) => ({
      blocks: rows.length,
      inflation: dependence.inflation,
      homogeneityPValue: dependence.homogeneityPValue,
      neighbourPValue: dependence.neighbourPValue,
    })),
  };
}

/**
 * The share of gateways that differ from the others which this many connections all miss with the
 * given probability: (1 − f)^C = α. It holds only if whatever stands in front of the gateways gives each
 * connection to one of them by chance, independently of the others; a client cannot see whether it does.
 *
 * @param alpha How often they may all be missed.
 * @param connections C > 0.
 * @returns f, from 0 to 1.
 */
export function missableShare(alpha: number, connections: number): number {
  return 1 - alpha ** (1 / connections);
}

/** How connections that are spread by chance reach gateways. */
export interface GatewayReach {
  gateways: number;
  /** Connections that reach a gateway on average. */
  each: number;
  /** Gateways that no connection reaches, on average. */
  unreached: number;
  /** Probability that every one of them is reached by at least one. */
  allReached: number;
}

/**
 * How many of so many connections reach each of the gateways, each connection being given to one by
 * chance, independently of the others.
 *
 * @param gateways N ≥ 1.
 * @param connections C ≥ 1.
 */
export function reachOf(gateways: number, connections: number): GatewayReach {
  return {
    gateways,
    each: connections / gateways,
    unreached: gateways * (1 - 1 / gateways) ** connections,
    allReached: chanceOfAll(gateways, connections),
  };
}

/** By the number of gateways reached after each connection: sums of what is above 0 only (the coupon collector's problem). */
function chanceOfAll(gateways: number, connections: number): number {
  if (connections < gateways) return 0;
  let reached = new Float64Array(gateways + 1);
  reached[0] = 1;
  for (let connection = 0; connection < connections; connection += 1) {
    const next = new Float64Array(gateways + 1);
    for (let some = 0; some <= gateways; some += 1) {
      const before = reached[some - 1] ?? 0;
      const isNew = (gateways - some + 1) / gateways;
      next[some] = (reached[some] ?? 0) * (some / gateways) + before * isNew;
    }
    reached = next;
  }
  return reached[gateways] ?? 0;
}

import { counted } from '../../number-text.js';
import type { SplitRecord } from '../../record/run-record.js';

/**
 * Which share of gateways that differ a run may have missed, and on what condition; null where
 * connections are not seen, or no split was judged.
 */
export function reachText({ draws, alpha }: SplitRecord): string | null {
  const { connections, missable } = draws ?? { connections: null, missable: null };
  if (connections === null || missable === null) return null;
  return `over ${counted(connections, 'connection')}, up to ${Number((missable * 100).toPrecision(3))} % of the gateways may be stale or differ and have been missed (chance ${alpha}), if the balancer in front spreads connections independently; a client cannot see whether it does`;
}

import type { SplitRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';
import { plainText } from '../plain-text.js';

const APPLICATION = 'application';

/** Who says who answered: `the application`, `the proxy (header x-splitproof)`; empty where nobody does. */
export function voucherText({ vouchers }: SplitRecord): string {
  const { [APPLICATION]: byApplication, ...byProxy } = vouchers;
  const ways = Object.entries(byProxy);
  const proxy = `the proxy (${plainText(ways.map(([name]) => name).join(', '))})`;
  if (byApplication === undefined) return ways.length === 0 ? '' : proxy;
  if (ways.length === 0) return 'the application';
  const proxied = ways.reduce((sum, [, count]) => sum + count, 0);
  return `the application ${formatCount(byApplication)}, ${proxy} ${formatCount(proxied)}`;
}

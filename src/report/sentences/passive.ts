import type { RunRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';

/** What was read of the access log in which requests of others stand. */
export function passiveText({
  counted,
  otherRoutes,
  unreadable,
}: NonNullable<RunRecord['passive']>): string {
  const others = [
    ...(otherRoutes > 0 ? [`${formatCount(otherRoutes)} of other routes`] : []),
    ...(unreadable > 0 ? [`${formatCount(unreadable)} not understood`] : []),
  ];
  const rest = others.length === 0 ? '' : `, beside ${others.join(' and ')}`;
  return `${formatCount(counted)} requests of others by the access log${rest}`;
}

import type { RunRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';

/** What was read of the access log in which requests of others stand. */
export function passiveText({
  counted,
  otherRoutes,
  notToldApart,
  unreadable,
}: NonNullable<RunRecord['passive']>): string {
  const others = [
    ...(otherRoutes > 0 ? [`${formatCount(otherRoutes)} of other routes`] : []),
    ...(notToldApart > 0 ? [`${formatCount(notToldApart)} of either this route or another`] : []),
    ...(unreadable > 0 ? [`${formatCount(unreadable)} not understood`] : []),
  ];
  const rest = others.length === 0 ? '' : `, beside ${joined(others)}`;
  return `${formatCount(counted)} requests of others by the access log${rest}`;
}

function joined(parts: readonly string[]): string {
  return parts.length < 2
    ? parts.join('')
    : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

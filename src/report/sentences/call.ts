import { counted } from '../../number-text.js';
import type { CallRecord, SplitRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';
import { sourceText } from './source-text.js';

/** Where a route stands, and what of it takes the call. */
export function routeText(route: NonNullable<CallRecord['route']>): string {
  const { rule, match, gatewayPort } = route;
  const port = gatewayPort === null ? '' : `, gateway port ${gatewayPort}`;
  return `${sourceText(route)}, ${rule} (${match})${port}`;
}

/** What connections of one request each came to. */
export function probeText({
  connections,
  observed,
  missing,
}: NonNullable<CallRecord['connectionProbe']>): string {
  const answers = Object.entries(observed).map(([name, count]) => `${name} ${formatCount(count)}`);
  if (missing > 0) answers.push(`not known ${formatCount(missing)}`);
  return `${counted(connections, 'connection')} of one request each, not counted: ${answers.join(', ')}`;
}

/** Where the answers' destinations are known from. */
export function logText(
  { lines, requestsKnown }: NonNullable<CallRecord['accessLog']>,
  { split }: CallRecord,
): string {
  const of = split === null ? '' : ` of ${formatCount(split.sampled)}`;
  const said = `${formatCount(lines)}${of} requests stand in the gateway’s access log, which says where they went`;
  return requestsKnown
    ? `${said}, request by request`
    : `${said}, but not which request was which: latency is not known by destination`;
}

/** Envoy's response flags, by how many lines have them. */
export function flagsText(flags: readonly (readonly [flags: string, lines: number])[]): string {
  return flags.map(([text, lines]) => `${text} ${formatCount(lines)}`).join(', ');
}

/** How many answers come from nobody who is known. */
export function missingText({ missing: count, unattributed, sampled }: SplitRecord): string {
  const unknown =
    unattributed === 0
      ? ''
      : `, ${formatCount(unattributed)} of them answered by pods that are not known`;
  return `${formatCount(count)} of ${counted(sampled, 'request')} have no known destination${unknown}`;
}

import { counted } from '../../number-text.js';
import type { CallRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';

type Forwards = NonNullable<CallRecord['forwards']>;

/** Who makes the requests that are counted. */
export function forwardsText({ url, count }: Forwards): string {
  return `the application at the target: each call asks it for ${counted(count, 'request')} to ${url}, which go over its own connections`;
}

/** So many reasons are shown; the record has them all. */
const SHOWN = 5;

/** What the application made of them; nothing where all went well. */
export function forwardSentences({ hidden, statuses, failures, singles }: Forwards): string[] {
  const lines = failures
    .slice(0, SHOWN)
    .map(
      ({ code, reason, calls, errors }) =>
        `${counted(calls, 'call')} failed with ${counted(errors, 'error')}: ${whyText(code, reason)}`,
    );
  const others = Object.entries(statuses);
  if (others.length > 0) {
    const list = others.map(([status, count]) => `${status || 'none'} ${formatCount(count)}`);
    lines.push(`answered with StatusCode ${list.join(', ')}`);
  }
  if (hidden > 0)
    lines.push(
      `${counted(hidden, 'answer')} ${hidden === 1 ? 'is' : 'are'} hidden, and may be anybody’s`,
    );
  if (singles !== null) lines.push(singlesText(singles));
  return lines;
}

function singlesText({
  sent,
  observed,
  unknown,
  failures,
}: NonNullable<Forwards['singles']>): string {
  const parts = Object.entries(observed).map(([name, count]) => `${name} ${formatCount(count)}`);
  if (unknown > 0) parts.push(`not known ${formatCount(unknown)}`);
  for (const { code, reason, calls } of failures.slice(0, SHOWN)) {
    parts.push(`failed ${formatCount(calls)} (${whyText(code, reason)})`);
  }
  return `asked ${counted(sent, 'time')} for one request afterwards, not counted: ${parts.join(', ')}`;
}

function whyText(code: string | null, reason: string): string {
  const why = reason === '' ? 'no reason given' : reason;
  return code === null ? why : `${code}: ${why}`;
}

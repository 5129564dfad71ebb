import { NUMBER_DIGITS } from '../wire/bytes/request-number.js';
import type { CallRequest } from './kinds.js';

/** The header by which gateways and their logs tell who asks. */
export const USER_AGENT = 'user-agent';

/** The same request, in the name of another user agent. */
export function withUserAgent(request: CallRequest, userAgent: string): CallRequest {
  const others = request.metadata.filter(([name]) => name !== USER_AGENT);
  return { ...request, metadata: [[USER_AGENT, userAgent], ...others] };
}

/** The user agent of a request; undefined where it names none. */
export function userAgentOf({ metadata }: Pick<CallRequest, 'metadata'>): string | undefined {
  return metadata.find(([name]) => name === USER_AGENT)?.[1];
}

/** A request among all of its call. */
export interface RequestNumber {
  /** Which member of the load sent it. */
  member: number;
  /** Its position in the send order of its call on that member, from 0. */
  sequence: number;
}

/**
 * The same request, whose user agent ends in its number: `splitproof/1.0.0 RUNID request/0.0000012a`. So
 * a log tells which of the requests a line is of.
 *
 * @param member Of the load: each numbers its own.
 */
export function numbered(request: CallRequest, member: number): CallRequest {
  const userAgent = userAgentOf(request) ?? '';
  const first = '0'.repeat(NUMBER_DIGITS);
  return {
    ...withUserAgent(request, `${userAgent} request/${member}.${first}`.trimStart()),
    isNumbered: true,
  };
}

/** Which header of a request says its number, as the wire wants to know it. */
export function numberedHeaderOf({ isNumbered }: Pick<CallRequest, 'isNumbered'>): {
  numberedHeader?: string;
} {
  return isNumbered === true ? { numberedHeader: USER_AGENT } : {};
}

const NUMBER = / request\/(\d{1,4})\.([\da-f]{8})$/;

/** The number that a user agent ends in; null where it ends in none. */
export function requestNumberIn(userAgent: string): RequestNumber | null {
  const match = NUMBER.exec(userAgent);
  if (match === null) return null;
  return { member: Number(match[1]), sequence: Number.parseInt(match[2] ?? '', 16) };
}

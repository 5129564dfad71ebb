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

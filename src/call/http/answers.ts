import type { IdentitySpec } from '../identity.js';

/** What it takes to read the answers of an HTTP request. */
export interface HttpAnswers {
  kind: 'http';
  identity: IdentitySpec;
  /** Whether the request asks for it: nobody else decompresses. */
  mayBeCompressed: boolean;
}

/**
 * @param identity How an answer says who gave it.
 * @param metadata Headers of the request by lower-case name.
 */
export function httpAnswers(
  identity: IdentitySpec,
  metadata: readonly (readonly [string, string])[],
): HttpAnswers {
  const mayBeCompressed = metadata.some(([name]) => name === 'accept-encoding');
  return { kind: 'http', identity, mayBeCompressed };
}

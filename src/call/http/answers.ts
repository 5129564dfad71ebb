import type { IdentitySpec } from '../identity.js';

/** What it takes to read the answers of an HTTP request. */
export interface HttpAnswers {
  kind: 'http';
  identity: IdentitySpec;
}

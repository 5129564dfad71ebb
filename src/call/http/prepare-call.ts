import { InputError } from '../../input-error.js';
import type { HttpCall } from '../../scenario/call.js';
import { type IdentitySpec, NO_IDENTITY, parseIdentity } from '../identity.js';
import type { PreparedCall } from '../prepared-call.js';
import type { RequestSetting } from '../request-setting.js';

/**
 * Readies an HTTP request, once for the whole run.
 *
 * @throws InputError when its identity is wrong.
 */
export async function prepareHttpCall(
  call: HttpCall,
  { authority, scheme, timeoutMs, isIdentityNeeded }: RequestSetting,
): Promise<PreparedCall> {
  const { method, path, metadata, body } = call;
  return {
    name: `${method} ${path}`,
    request: {
      kind: 'http',
      method,
      path,
      authority: call.authority ?? authority,
      scheme,
      metadata,
      body,
      timeoutMs,
    },
    answers: { kind: 'http', identity: await identityOf(call, isIdentityNeeded) },
  };
}

async function identityOf({ identity, path }: HttpCall, isNeeded: boolean): Promise<IdentitySpec> {
  if (identity !== null) return await parseIdentity(identity);
  if (!isNeeded) return NO_IDENTITY;
  throw new InputError(
    `how does an answer of ${path} say which pod gave it? e.g. header:x-pod-name, json:podname or a regular expression`,
    { path: '--identity' },
  );
}

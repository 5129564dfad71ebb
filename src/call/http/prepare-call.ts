import type { HttpCall } from '../../scenario/call.js';
import { identityOf } from '../identity-option.js';
import { defaultHttpIdentity } from '../identity-presets.js';
import type { PreparedCall } from '../prepared-call.js';
import type { RequestSetting } from '../request-setting.js';
import { httpAnswers } from './answers.js';

/**
 * Readies an HTTP request, once for the whole run.
 *
 * @throws InputError when its identity is wrong.
 */
export async function prepareHttpCall(
  call: HttpCall,
  { authority, scheme, timeoutMs, isIdentityNeeded, isOwnPodAsked }: RequestSetting,
): Promise<PreparedCall> {
  const { method, path, metadata, body } = call;
  // What is only guessed costs a look at every body.
  const fitting = isIdentityNeeded ? defaultHttpIdentity(path, isOwnPodAsked) : undefined;
  const answer = `an answer of ${path}`;
  const identity = await identityOf(call.identity, fitting, answer);
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
    answers: httpAnswers(identity, metadata),
  };
}

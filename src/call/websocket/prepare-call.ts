import { InputError } from '../../input-error.js';
import type { WebSocketCall } from '../../scenario/call.js';
import { isInMessage } from '../answer-reader.js';
import { httpAnswers } from '../http/answers.js';
import { identityOf } from '../identity-option.js';
import type { PreparedCall } from '../prepared-call.js';
import type { RequestSetting } from '../request-setting.js';

/**
 * Readies a WebSocket, once for the whole run.
 *
 * @throws InputError when its identity is wrong.
 */
export async function prepareWebSocketCall(
  call: WebSocketCall,
  { authority, scheme, timeoutMs }: RequestSetting,
): Promise<PreparedCall> {
  const { path, metadata, message } = call;
  const identity = await identityOf(call.identity, undefined, `a WebSocket of ${path}`);
  if (identity.source.kind === 'trailer') {
    throw new InputError(
      'a WebSocket has no trailers: use header:NAME, or json:PATH of its first message',
      {
        path: '--identity',
      },
    );
  }
  return {
    name: `WebSocket ${path}`,
    request: {
      kind: 'websocket',
      path,
      authority: call.authority ?? authority,
      scheme,
      metadata,
      message,
      awaitsMessage: isInMessage(identity),
      timeoutMs,
    },
    answers: httpAnswers(identity, []),
  };
}

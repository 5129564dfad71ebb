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
 * @throws InputError when its identity is wrong, or a subprotocol cannot be offered.
 */
export async function prepareWebSocketCall(
  call: WebSocketCall,
  { authority, scheme, timeoutMs }: RequestSetting,
): Promise<PreparedCall> {
  const { path, message } = call;
  const { subprotocols, metadata } = withSubprotocols(call.metadata);
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
      subprotocols,
      metadata,
      message,
      awaitsMessage: isInMessage(identity),
      timeoutMs,
    },
    answers: httpAnswers(identity, []),
  };
}

const SUBPROTOCOL = 'sec-websocket-protocol';

/**
 * Takes the offered subprotocols out of the headers: who opens the WebSocket sends them, and looks whether the server
 * chose one of them (https://www.rfc-editor.org/rfc/rfc6455#section-4.1).
 */
function withSubprotocols(
  headers: WebSocketCall['metadata'],
): Pick<WebSocketCall, 'metadata'> & { subprotocols: string[] } {
  const isOffer = ([name]: readonly [string, string]): boolean => name === SUBPROTOCOL;
  const subprotocols = headers
    .filter(isOffer)
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim());
  if (
    subprotocols.some((name) => !TOKEN.test(name)) ||
    new Set(subprotocols).size < subprotocols.length
  ) {
    throw new InputError(
      'write the names of subprotocols, each once: Sec-WebSocket-Protocol: a, b',
      {
        path: '--header',
      },
    );
  }
  return { subprotocols, metadata: headers.filter((header) => !isOffer(header)) };
}

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

import type { CallKind } from '../call-kind.js';
import { HTTP } from '../http/kind.js';
import type { WebSocketRequest } from './request.js';

const SWITCHING_PROTOCOLS = 101;

/** Its statuses are HTTP's, of the answer to the handshake (https://www.rfc-editor.org/rfc/rfc6455#section-4). */
export const WEBSOCKET: CallKind<WebSocketRequest> = {
  ...HTTP,
  okStatuses: [[SWITCHING_PROTOCOLS, SWITCHING_PROTOCOLS]],
  head: () => WEBSOCKET_HEAD,
};

/** What routes see of the handshake. */
export const WEBSOCKET_HEAD = {
  method: 'GET',
  headers: [
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
    ['sec-websocket-version', '13'],
  ] as [name: string, value: string][],
};

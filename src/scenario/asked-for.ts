import { InputError } from '../input-error.js';
import type { HttpSettings } from './http-settings.js';
import type { WebProtocol } from './protocol.js';
import type { Settings } from './schema.js';
import type { TargetUrl } from './target.js';

/** What settings ask for. */
export type AskedFor =
  | {
      kind: 'grpc' | WebProtocol;
      /** As the user wrote it: `pkg.Service/Method`. */
      method: string;
    }
  | { kind: 'websocket'; path: string; settings: HttpSettings }
  | { kind: 'http'; method: string; path: string; settings: HttpSettings };

const NOTHING_ASKED =
  'say what to ask for: a gRPC method such as helloworld.Greeter/SayHello, or plain HTTP by a URL with a path (http://gateway/productpage) or --path';

/**
 * Whether a call or a plain HTTP request is asked for, and which. HTTP it is where a path, a method of
 * HTTP or the protocol says so.
 *
 * @param url Path of the target, where it is a URL with one, and whether it is that of a WebSocket.
 * @throws InputError when neither is, or both are.
 */
export function askedFor(
  { call, http, protocol, data }: Pick<Settings, 'call' | 'http' | 'protocol' | 'data'>,
  { path: urlPath, isWebSocket }: Pick<TargetUrl, 'path' | 'isWebSocket'>,
): AskedFor {
  if (isWebSocket) return webSocketAsked({ call, http, protocol, data }, urlPath);
  if (call !== undefined) {
    if (http !== undefined) {
      throw new InputError('a gRPC call has its own path and method: give --call, or plain HTTP', {
        path: http.path === undefined ? '--method' : '--path',
      });
    }
    if (protocol === 'http') {
      throw new InputError('a method is called by gRPC, gRPC-Web or Connect: drop it, or this', {
        path: '--protocol',
      });
    }
    if (urlPath !== null && urlPath !== '/') {
      throw new InputError(
        'a gRPC call has its own path: drop the path of the URL, or the method',
        {
          path: 'TARGET',
        },
      );
    }
    return { kind: protocol ?? 'grpc', method: call };
  }
  const isMethodAsked = protocol !== undefined && protocol !== 'http';
  if (isMethodAsked || (http === undefined && urlPath === null && protocol === undefined)) {
    throw new InputError(
      isMethodAsked ? 'say what to call, e.g. helloworld.Greeter/SayHello' : NOTHING_ASKED,
      { path: '--call' },
    );
  }
  if (data !== undefined) {
    throw new InputError('the body of an HTTP request stands in http.body', { path: '--data' });
  }
  const { method = http?.body === undefined ? 'GET' : 'POST', path = urlPath ?? '/' } = http ?? {};
  return { kind: 'http', method: methodOf(method), path, settings: http ?? {} };
}

function webSocketAsked(
  { call, http, protocol, data }: Pick<Settings, 'call' | 'http' | 'protocol' | 'data'>,
  urlPath: string | null,
): AskedFor {
  const others = { call, protocol, method: http?.method };
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (other !== undefined) {
    throw new InputError('a ws:// target is asked for WebSockets: drop it, or write http://', {
      path: `--${other[0]}`,
    });
  }
  if (data !== undefined) {
    throw new InputError('what a WebSocket is sent stands in http.body', { path: '--data' });
  }
  return { kind: 'websocket', path: http?.path ?? urlPath ?? '/', settings: http ?? {} };
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/** Methods are case-sensitive; those of HTTP itself are meant however they are written. */
function methodOf(text: string): string {
  const upper = text.toUpperCase();
  return METHODS.includes(upper) ? upper : text;
}

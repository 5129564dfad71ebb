import type { IdentitySource, IdentitySpec } from './identity.js';

/** Answers of well-known applications, which are read without being told how. */
export const PRESETS = ['greeter', 'echo', 'bookinfo'] as const;

/** The name of one. */
type Preset = (typeof PRESETS)[number];

export function preset(kind: Preset): IdentitySpec {
  return only({ kind });
}

/** A source whose text is the identity. */
export function only(source: IdentitySource): IdentitySpec {
  return { source, pattern: null, map: null };
}

/** The identity preset that fits a known method; undefined when the user has to say. */
export function defaultIdentity(methodPath: string): IdentitySpec | undefined {
  switch (methodPath) {
    case '/helloworld.Greeter/SayHello':
    case '/helloworld.Greeter/SayHelloStreamReply':
    case '/helloworld.Greeter/SayHelloClientStream':
    case '/helloworld.Greeter/SayHelloBidiStream':
      return preset('greeter');
    case '/proto.EchoTestService/Echo':
    case '/proto.EchoTestService/ForwardEcho':
      return preset('echo');
    default:
      return undefined;
  }
}

/**
 * The identity that fits what answers HTTP requests to a path: Bookinfo's product page, its API of
 * reviews, else Istio's echo application, which answers whatever the path is.
 *
 * @param path As in `:path`, with the query.
 * @param isOwnPodAsked Whether the pods of the called service alone are of use: Bookinfo's page names
 *   those of its reviews.
 * @returns undefined where the answers name other pods than are asked for.
 */
export function defaultHttpIdentity(
  path: string,
  isOwnPodAsked: boolean,
): IdentitySpec | undefined {
  const [pathname = ''] = path.split('?', 1);
  if (/^\/productpage\/?$/.test(pathname)) return isOwnPodAsked ? undefined : preset('bookinfo');
  if (/^\/(?:api\/v1\/products\/\d+\/reviews|reviews\/\d+)\/?$/.test(pathname)) {
    return only({ kind: 'json', path: ['podname'] });
  }
  return preset('echo');
}

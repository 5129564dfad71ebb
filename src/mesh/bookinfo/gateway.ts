import type { HttpService } from '../http-server.js';

/** A path that a gateway forwards: all of it, or its beginning. */
export type ForwardedPath = { exact: string } | { prefix: string };

/** Forwards the paths that it is told, and answers 404 for all others as Envoy does, without words. */
export function gatewayOf(paths: readonly ForwardedPath[], service: HttpService): HttpService {
  return (request) => {
    const { path } = request;
    const isForwarded = paths.some((one) =>
      'exact' in one ? path === one.exact : path.startsWith(one.prefix),
    );
    return isForwarded ? service(request) : { status: 404, headers: {}, body: '' };
  };
}

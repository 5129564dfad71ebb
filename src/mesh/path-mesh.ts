import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { noForwarding } from './application.js';
import { answerNoRoute } from './fault.js';
import { listenH2, type H2ServerOptions } from './h2-server.js';
import { serveStream } from './pod-server.js';
import { randomDraws } from './random.js';
import type { MeshService } from './services.js';
import { upstreamsOf, type MeshVersion, type Upstreams } from './upstreams.js';
import type { VersionWeights } from './weighted-split.js';

/** What a gateway does with the paths that begin alike. */
export interface MeshRoute {
  /** `/mypackage.UserService` */
  prefix: string;
  service: MeshService;
  versions: readonly MeshVersion[];
}

export interface PathMeshOptions extends H2ServerOptions {
  /** The first that fits is taken; a path that fits none has no route. */
  routes: readonly MeshRoute[];
  /** Makes the split's draws the same each time; without it they differ from run to run. */
  seed?: number;
}

/** Several services behind one gateway, each with a split of its own. */
export interface PathMesh {
  host: string;
  port: number;
  /** `host:port` of the gateway. */
  address: string;
  /** Requests given to each pod so far, zeros included; a pod may stand behind several routes. */
  served(): Record<string, number>;
  /**
   * Takes effect with the next request of a route.
   *
   * @throws RangeError for an unknown route or version, or weights that make no split.
   */
  setWeights(prefix: string, weights: VersionWeights): void;
  /** Stops listening and destroys the open connections. */
  close(): Promise<void>;
}

/**
 * Starts several services and their gateway in this process, on loopback unless told otherwise.
 *
 * @throws RangeError when versions, pods or weights make no split.
 * @throws Error of the operating system when the port cannot be had.
 */
export async function startPathMesh(options: PathMeshOptions): Promise<PathMesh> {
  const random = randomDraws(options.seed);
  const routes = options.routes.map(({ prefix, service, versions }) => ({
    prefix,
    upstreams: upstreamsOf(service, versions, random, {}, noForwarding),
  }));

  function onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = headers[':path'] ?? '';
    const route = routes.find(({ prefix }) => path.startsWith(prefix));
    if (route === undefined) answerNoRoute(stream, headers);
    else serveStream(route.upstreams.pick().pod, stream, headers);
  }

  function upstreamsBy(prefix: string): Upstreams {
    const route = routes.find((one) => one.prefix === prefix);
    if (route === undefined) throw new RangeError(`the mesh has no route ${prefix}`);
    return route.upstreams;
  }

  const server = await listenH2(options, onStream);
  return {
    host: server.host,
    port: server.port,
    address: server.address,
    served() {
      const served: Record<string, number> = {};
      for (const { pod, served: count } of routes.flatMap(({ upstreams }) => upstreams.pods)) {
        served[pod.name] = (served[pod.name] ?? 0) + count;
      }
      return served;
    },
    setWeights(prefix, weights) {
      upstreamsBy(prefix).setWeights(weights);
    },
    close: () => server.close(),
  };
}

import {
  type HttpServer,
  type HttpServerOptions,
  type HttpService,
  listenHttp,
} from '../http-server.js';
import { podNames } from '../pod-names.js';
import { FailingCalls, type PodErrors } from '../pod-errors.js';
import { randomDraws } from '../random.js';
import { type SplitBehaviour, splitPods, type VersionOf } from '../split-pods.js';
import type { VersionWeights } from '../weighted-split.js';
import { type ForwardedPath, gatewayOf } from './gateway.js';
import { olderPage } from './older-page.js';
import { pageOfToday } from './page.js';
import { type HttpPod, httpPod } from './pods.js';
import { productpageOf } from './productpage.js';
import { details, ratings, reviewsFailure, reviewsOf } from './services.js';

export interface BookinfoOptions
  extends HttpServerOptions, Pick<SplitBehaviour, 'draws' | 'weightChange'> {
  /**
   * The versions of the reviews service: v1 gives no stars, v2 black ones, v3 red ones. Without any
   * rules a mesh gives each as many requests as it has pods.
   */
  reviews: readonly VersionOf<string>[];
  /** Versions of the reviews service for users who are logged in under these names, whatever the weights. */
  testers?: Readonly<Record<string, string>>;
  /** Makes the split's draws the same each time; without it they differ from run to run. */
  seed?: number;
  /** Which generation of the page is served; today's unless told. */
  page?: 'today' | 'older';
  /** What the gateway forwards to the product page; the paths of Bookinfo unless told. */
  paths?: readonly ForwardedPath[];
}

/** Bookinfo behind a gateway: its product page calls the reviews service by explicit weights. */
export interface Bookinfo {
  host: string;
  port: number;
  /** `host:port` of the gateway. */
  address: string;
  /** `host:port` of each pod, by its name. */
  pods: Readonly<Record<string, string>>;
  /** Requests given to each pod so far, zeros included. */
  served(): Record<string, number>;
  /**
   * Takes effect with the next request. A version left out gets weight 0. Weights that change by
   * themselves do so no longer.
   *
   * @throws RangeError for an unknown version, or weights that make no split.
   */
  setWeights(weights: VersionWeights): void;
  /**
   * The calls that a version of the reviews fails from now on; null: none any more.
   *
   * @throws RangeError for an unknown version, or a rate that is none.
   */
  setErrors(version: string, errors: PodErrors | null): void;
  /** Stops listening and destroys the open connections. */
  close(): Promise<void>;
}

/** What Bookinfo's gateway forwards. */
const PATHS: readonly ForwardedPath[] = [
  { exact: '/productpage' },
  { prefix: '/static' },
  { exact: '/login' },
  { exact: '/logout' },
  { prefix: '/api/v1/products' },
];

/**
 * Starts Bookinfo in this process, on loopback unless told otherwise. Every pod has a port of its own;
 * among themselves they call each other without connections in between, which thousands of requests
 * per second could not afford.
 *
 * @throws RangeError when versions, pods or weights make no split.
 * @throws Error of the operating system when the gateway's port cannot be had.
 */
export async function startBookinfo(options: BookinfoOptions): Promise<Bookinfo> {
  const { testers = {}, paths = PATHS, page = 'today', host } = options;
  const detailsPod = podOf('details', details);
  const ratingsPod = podOf('ratings', ratings);
  const random = randomDraws(options.seed);
  const failing = new Map<string, FailingCalls>();
  const reviewsPodOf = (name: string, version: string): HttpPod => {
    const answer = reviewsOf({ name, version }, ratingsPod.service);
    return httpPod(name, (request) => {
      const calls = failing.get(version);
      return calls?.next() === true
        ? reviewsFailure(calls.areNamed ? name : null)
        : answer(request);
    });
  };
  const reviews = splitPods(
    options.reviews.map(({ name: version, weight, pods }) => ({
      name: version,
      weight,
      pods: pods.map((name) => reviewsPodOf(name, version)),
    })),
    random,
    options,
  );
  const reviewsRoute: HttpService = (request) => {
    const tested = testers[String(request.headers['end-user'] ?? '')];
    const pod = tested === undefined ? reviews.pick().pod : reviews.nextOf(tested);
    return pod.service(request);
  };
  const productpagePod = podOf(
    'productpage',
    productpageOf(
      { details: detailsPod.service, reviews: reviewsRoute, ratings: ratingsPod.service },
      page === 'today' ? pageOfToday : olderPage,
    ),
  );
  const pods = [productpagePod, detailsPod, ratingsPod, ...reviews.pods];

  const servers: HttpServer[] = [];
  const listen = async (service: HttpService, port?: number): Promise<HttpServer> => {
    const at = { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) };
    const server = await listenHttp(at, service);
    servers.push(server);
    return server;
  };
  const gateway = await listen(gatewayOf(paths, productpagePod.service), options.port);
  const addresses = new Map<string, string>();
  for (const { name, service } of pods) addresses.set(name, (await listen(service)).address);

  return {
    host: gateway.host,
    port: gateway.port,
    address: gateway.address,
    pods: Object.fromEntries(addresses),
    served: () => Object.fromEntries(pods.map(({ name, served }) => [name, served])),
    setWeights(weights) {
      reviews.setWeights(weights);
    },
    setErrors(version, errors) {
      if (!options.reviews.some(({ name }) => name === version)) {
        throw new RangeError(`the reviews have no version ${version}`);
      }
      if (errors === null) failing.delete(version);
      else failing.set(version, new FailingCalls(errors, random));
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** The only pod of a service that has one version. */
function podOf(app: 'productpage' | 'details' | 'ratings', service: HttpService): HttpPod {
  const [name = app] = podNames(app, 'v1');
  return httpPod(name, service);
}

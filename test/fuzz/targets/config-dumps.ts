import { parseConfigDump } from '../../../src/routing/envoy/config-dump.js';
import { programmedRoute } from '../../../src/routing/envoy/programmed.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import { refused } from '../refused.js';

const REQUEST: RouteRequest = {
  method: 'POST',
  path: '/helloworld.Greeter/SayHello',
  scheme: 'http',
  authority: 'a.example:8080',
  headers: new Map([['content-type', 'application/grpc']]),
  targetPort: 8080,
  via: undefined,
  namespace: 'default',
};

/** What else to begin with, files and folders of the project. */
export const SEEDS = ['test/data/istio-ingressgateway-config-dump-60-40.json'];

/** A proxy's configuration: it is refused, or a request finds its way through it, or none. */
export function fuzz(data: Buffer): void {
  try {
    const tables = parseConfigDump(data.toString(), 'fuzz.json');
    for (const port of [8080, null]) {
      try {
        programmedRoute(tables, REQUEST, port);
      } catch (error) {
        refused(error);
      }
    }
  } catch (error) {
    refused(error);
  }
}

import { parseManifests } from '../../../src/routing/parse-manifests.js';
import { listRoutes } from '../../../src/routing/route-list/list-routes.js';
import { refused } from '../refused.js';

/** What else to begin with, files and folders of the project. */
export const SEEDS = [
  'test/data/routing/istio',
  'test/data/routing/gateway-api',
  'test/data/routing/ingress-nginx',
  'test/data/routing/argo-deletes-other-destinations.yaml',
  'scenarios/asm-greeter',
  'scenarios/bookinfo',
];

/** Kubernetes YAML: it is refused, or its routes are listed and checked. */
export function fuzz(data: Buffer): void {
  try {
    listRoutes(parseManifests(data.toString(), 'fuzz.yaml'), { namespace: 'default' });
  } catch (error) {
    refused(error);
  }
}

import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { Expectation } from '../../src/routing/expectation.js';
import type { RouteRequest } from '../../src/routing/request.js';
import { resolveExpectation } from '../../src/routing/resolve.js';

/** A plaintext gRPC call to a port-forward of a gateway, changed as a test needs. */
export function request(changes: Partial<RouteRequest> = {}): RouteRequest {
  return {
    method: 'POST',
    path: '/helloworld.Greeter/SayHello',
    scheme: 'http',
    authority: '127.0.0.1:8080',
    headers: new Map([['content-type', 'application/grpc']]),
    targetPort: 8080,
    via: undefined,
    namespace: 'default',
    ...changes,
  };
}

export function headers(entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(entries));
}

/** Resolves manifests given as text. */
export function expectationOf(yaml: string, changes: Partial<RouteRequest> = {}): Expectation {
  return resolveExpectation(parseManifests(yaml, 'test.yaml'), request(changes));
}

/** Destination names with their shares in percent, as a compact expected value for tables. */
export function sharesOf({ destinations }: Expectation): Record<string, number> {
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return Object.fromEntries(
    destinations.map(({ name, weight }) => [name, Number(((100 * weight) / total).toFixed(6))]),
  );
}

/** One document of several, joined. */
export function documents(...parts: readonly string[]): string {
  return parts.join('\n---\n');
}

import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { Forwarded, Resolution } from '../../src/routing/resolution.js';
import type { RouteRequest } from '../../src/routing/request.js';
import type { Finding } from '../../src/finding.js';
import { forwardedOrRefused } from '../../src/routing/forwarded-or-refused.js';
import type { ManifestSet } from '../../src/routing/manifest-set.js';
import { resolveRoute } from '../../src/routing/resolve.js';

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

/** The split of a request, which must be forwarded. */
export function forwardedBy(manifests: ManifestSet, asked: RouteRequest): Forwarded {
  return forwardedOrRefused(resolveRoute(manifests, asked));
}

/** Resolves manifests given as text. */
export function expectationOf(yaml: string, changes: Partial<RouteRequest> = {}): Forwarded {
  return forwardedBy(parseManifests(yaml, 'test.yaml'), request(changes));
}

/** What stands in the request's way; null for nothing. */
export function problemOf({ findings }: Resolution): Finding | null {
  return findings.find(({ severity }) => severity === 'error') ?? null;
}

/** Destination names with their shares in percent, as a compact expected value for tables. */
export function sharesOf({
  destinations,
}: Pick<Forwarded, 'destinations'>): Record<string, number> {
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return Object.fromEntries(
    destinations.map(({ name, weight }) => [name, Number(((100 * weight) / total).toFixed(6))]),
  );
}

/** One document of several, joined. */
export function documents(...parts: readonly string[]): string {
  return parts.join('\n---\n');
}

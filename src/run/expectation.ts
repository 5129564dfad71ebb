import type { ManifestSet } from '../routing/manifest-set.js';
import { formatVia, type RouteRequest } from '../routing/request.js';
import { forwardedOrRefused } from '../routing/forwarded-or-refused.js';
import { resolveRoute } from '../routing/resolve.js';
import { inCall } from '../scenario/call-list.js';
import type { ExpectationSource } from '../scenario/expectation-source.js';
import type { Scenario } from '../scenario/scenario.js';
import { attributionTable } from '../count/attribution.js';
import type { ScenarioCall } from './call.js';
import { type ExpectedSplit, NOTHING_EXPECTED } from './expected-split.js';
import {
  type Configured,
  programmedSplit,
  type ProxyConfig,
  readProxyConfig,
} from './programmed.js';
import { routeRequest } from './route-request.js';

/** A call whose split is asked for. */
export interface ExpectingCall {
  call: ScenarioCall;
  /** null: nothing is expected. */
  expectation: ExpectationSource | null;
}

/** Where the calls go, and whose configuration is read. */
type Setting = Pick<Scenario, 'target' | 'namespace' | 'programmed'>;

/**
 * Works out the expected split of each call: from the manifests, or from the weights given instead.
 * Manifests and the proxy's configuration are read once for all of them.
 *
 * @throws InputError when the manifests are wrong or do not say.
 */
export async function withExpectedSplits<C extends ExpectingCall>(
  setting: Setting,
  calls: readonly C[],
): Promise<(C & { expected: ExpectedSplit })[]> {
  const proxy = setting.programmed === null ? null : await readProxyConfig(setting.programmed);
  const sources = calls.flatMap(({ expectation }) =>
    expectation?.kind === 'manifests' ? [expectation.sources] : [],
  );
  // The calls of a run share their manifests.
  const [first] = sources;
  // Loaded where there are manifests, with the YAML library.
  const manifests =
    first === undefined
      ? null
      : await (await import('../inputs/manifests.js')).loadManifests(first);
  return calls.map((own, index) => {
    const { call, expectation } = own;
    if (expectation === null) return { ...own, expected: NOTHING_EXPECTED };
    const split = () => expectedSplit(setting, call, expectation, manifests, proxy);
    return { ...own, expected: inCall(calls, index, split) };
  });
}

function expectedSplit(
  setting: Setting,
  call: ScenarioCall,
  expectation: ExpectationSource,
  manifests: ManifestSet | null,
  proxy: ProxyConfig | null,
): ExpectedSplit {
  const request = requestOf(setting, call, expectation);
  if (expectation.kind === 'weights') {
    const { weights } = expectation;
    const configured: Configured = { kind: 'weights', weights };
    return {
      ...splitByWeights(weights),
      programmed:
        proxy === null ? null : programmedSplit(proxy, request, request.targetPort, configured),
    };
  }
  if (manifests === null) throw new RangeError('manifests that were not loaded');
  const resolved = forwardedOrRefused(resolveRoute(manifests, request));
  const { destinations, route, effects, gatewayPort, findings, lint } = resolved;
  const configured: Configured = { kind: 'manifests', destinations };
  return {
    via: formatVia(resolved.via),
    route,
    destinations: destinations.map((destination) => ({
      ...destination,
      previousWeight: null,
    })),
    attribution: attributionTable(
      destinations.map(({ name }) => name),
      resolved.workloads,
      resolved.subsetTokens,
    ),
    aborts: effects.abort,
    programmed: proxy === null ? null : programmedSplit(proxy, request, gatewayPort, configured),
    notes: [
      ...resolved.notes.map((note) => `note: ${note}`),
      ...[...findings, ...lint].map(({ severity, summary, place }) => {
        const file = place === null ? '' : `${place.file ?? ''}:${place.line ?? 1}: `;
        return `${severity}: ${file}${summary}`;
      }),
    ],
  };
}

const NO_MANIFESTS: Extract<ExpectationSource, { kind: 'manifests' }> = {
  kind: 'manifests',
  sources: [],
  via: undefined,
  virtualService: undefined,
  gatewayPort: undefined,
  rolloutStep: undefined,
};

function requestOf(
  { target, namespace }: Setting,
  { prepared }: ScenarioCall,
  expectation: ExpectationSource,
): RouteRequest {
  const { path, scheme, authority, metadata } = prepared;
  return routeRequest(
    { method: 'POST', path, scheme, authority, metadata, target, namespace },
    true,
    expectation.kind === 'manifests' ? expectation : NO_MANIFESTS,
  );
}

function splitByWeights(
  weights: readonly { name: string; weight: number }[],
): Omit<ExpectedSplit, 'programmed'> {
  return {
    via: null,
    route: null,
    destinations: weights.map(({ name, weight }) => ({
      name,
      weight,
      replicas: null,
      previousWeight: null,
    })),
    attribution: attributionTable(
      weights.map(({ name }) => name),
      [],
      weights.map(({ name }, destination) => ({ token: name, version: name, destination })),
    ),
    aborts: null,
    notes: [],
  };
}

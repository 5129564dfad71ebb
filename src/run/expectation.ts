import type { Expectation } from '../routing/expectation.js';
import { loadManifests } from '../routing/load-manifests.js';
import { formatVia } from '../routing/request.js';
import { resolveExpectation } from '../routing/resolve.js';
import type { Scenario } from '../scenario/scenario.js';
import { type AttributionTable, attributionTable } from '../observation/attribution.js';
import type { ScenarioCall } from './call.js';

/** What the request of a scenario should see. */
export interface ExpectedSplit {
  via: string | null;
  route: Expectation['route'];
  /** In the route's order, zero weights included. */
  destinations: {
    name: string;
    weight: number;
    replicas: number | null;
    /** Before the last change; null when not known. */
    previousWeight: number | null;
  }[];
  attribution: AttributionTable;
  /** Choices and warnings, for the person at the terminal. */
  notes: string[];
}

/**
 * Works out the expected split: from the manifests, or from the weights given instead.
 *
 * @throws InputError when the manifests are wrong or do not say.
 */
export async function expectedSplit(
  scenario: Scenario,
  call: ScenarioCall,
): Promise<ExpectedSplit> {
  const { expectation } = scenario;
  if (expectation.kind === 'weights') return splitByWeights(expectation.weights);
  const { prepared } = call;
  const manifests = await loadManifests(expectation.sources);
  const resolved = resolveExpectation(manifests, {
    method: 'POST',
    path: prepared.path,
    scheme: prepared.scheme,
    authority: prepared.authority,
    headers: new Map([['content-type', 'application/grpc'], ...prepared.metadata]),
    targetPort: scenario.target.kind === 'tcp' ? scenario.target.port : null,
    via: expectation.via,
    namespace: scenario.namespace,
    ...(expectation.virtualService === undefined
      ? {}
      : { virtualService: expectation.virtualService }),
    ...(expectation.gatewayPort === undefined ? {} : { gatewayPort: expectation.gatewayPort }),
  });
  return {
    via: formatVia(resolved.via),
    route: resolved.route,
    destinations: resolved.destinations.map((destination) => ({
      ...destination,
      previousWeight: null,
    })),
    attribution: attributionTable(
      resolved.destinations.map(({ name }) => name),
      resolved.workloads,
      resolved.subsetTokens,
    ),
    notes: [
      ...resolved.notes.map((note) => `note: ${note}`),
      ...resolved.warnings.map(({ message, place }) => {
        const file = place.file === undefined ? '' : `${place.file}:${place.line ?? 1}: `;
        return `warning: ${file}${message}`;
      }),
    ],
  };
}

function splitByWeights(weights: readonly { name: string; weight: number }[]): ExpectedSplit {
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
    notes: [],
  };
}

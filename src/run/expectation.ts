import type { Expectation } from '../routing/expectation.js';
import { formatVia, type RouteRequest } from '../routing/request.js';
import { resolveExpectation } from '../routing/resolve.js';
import type { ProgrammedRecord } from '../report/run-record.js';
import type { ExpectationSource } from '../scenario/expectation-source.js';
import type { Scenario } from '../scenario/scenario.js';
import { type AttributionTable, attributionTable } from '../observation/attribution.js';
import type { ScenarioCall } from './call.js';
import { programmedSplit } from './programmed.js';
import { routeRequest } from './route-request.js';

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
  /** What the proxy says it does with the request; null where it was not asked. */
  programmed: ProgrammedRecord | null;
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
  const { expectation, programmed } = scenario;
  const request = requestOf(scenario, call);
  if (expectation.kind === 'weights') {
    const { weights } = expectation;
    return {
      ...splitByWeights(weights),
      programmed:
        programmed === null
          ? null
          : await programmedSplit(programmed, request, request.targetPort, {
              kind: 'weights',
              weights,
            }),
    };
  }
  // Loaded where there are manifests, with the YAML library.
  const { loadManifests } = await import('../routing/load-manifests.js');
  const resolved = resolveExpectation(await loadManifests(expectation.sources), request);
  const gatewayPort = resolved.route?.gatewayPort ?? null;
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
    programmed:
      programmed === null
        ? null
        : await programmedSplit(programmed, request, gatewayPort, {
            kind: 'manifests',
            expectation: resolved,
          }),
    notes: [
      ...resolved.notes.map((note) => `note: ${note}`),
      ...resolved.warnings.map(({ message, place }) => {
        const file = place.file === undefined ? '' : `${place.file}:${place.line ?? 1}: `;
        return `warning: ${file}${message}`;
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

function requestOf(scenario: Scenario, { prepared }: ScenarioCall): RouteRequest {
  const { expectation, target, namespace } = scenario;
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
    notes: [],
  };
}

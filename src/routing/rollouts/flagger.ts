import type { MatchEntry } from '../condition.js';
import { MESH, type VirtualService } from '../istio/virtual-service.js';
import type { Service } from '../kubernetes/service.js';
import type { Workload } from '../kubernetes/workload.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { Backend, Rule } from '../rule.js';
import type { Finding } from '../../finding.js';
import type { FlaggerCanary } from './canary.js';
import { manifestFinding } from '../manifest-finding.js';

/** Labels by which Flagger may tell the pods of a target, in the order it looks for them. */
const SELECTOR_LABELS = ['app', 'name', 'app.kubernetes.io/name'];

/**
 * Does what Flagger does with Istio: a copy of the target named `-primary`, Services for both, and a
 * VirtualService that splits between them. One that is given and has both is left as it is: its weights are
 * those of the mesh, and Flagger keeps them. The Canary's status has another number while it waits for a
 * promotion, promotes, or tests by iterations. It tells the weights where there is nothing else.
 * Source: https://docs.flagger.app/usage/how-it-works and https://docs.flagger.app/faq (label selectors);
 * fluxcd/flagger pkg/router/istio.go, reconcileVirtualService (which weights are kept), pkg/canary/status.go,
 * setStatusPhase (which reset the status).
 */
export function applyFlagger(set: ManifestSet): ManifestSet {
  return set.canaries.reduce(applyCanary, set);
}

function applyCanary(set: ManifestSet, canary: FlaggerCanary): ManifestSet {
  const given = set.virtualServices.find(
    ({ name, namespace }) => name === canary.apex && namespace === canary.namespace,
  );
  if (canary.provider !== null && canary.provider !== 'istio')
    return {
      ...set,
      findings: [
        ...set.findings,
        manifestFinding({
          code: 'not-modelled',
          summary: `${describeObject(canary)} uses the provider ${canary.provider}; only istio is modelled`,
          place: canary.node.place(),
        }),
      ],
    };
  const isSplit = given !== undefined && splitsBetweenBoth(given, canary);
  const kept = isSplit || canary.weight === null ? (given ?? null) : null;
  const primary = primaryWorkload(set, canary);
  const services = ['primary', 'canary'].map((role) => serviceOf(set, canary, role));
  const missing = (object: ManifestObject): boolean =>
    ![...set.services, ...set.workloads].some(
      ({ kind, name, namespace }) =>
        kind === object.kind && name === object.name && namespace === object.namespace,
    );
  return {
    ...set,
    virtualServices: [
      ...set.virtualServices.filter((object) => object !== given),
      kept ?? virtualServiceOf(canary, canary.weight ?? 0),
    ],
    services: [...set.services, ...services.filter(missing)],
    workloads: [...set.workloads, ...primary.filter(missing)],
    findings: [...set.findings, ...stateFindings(canary, kept)],
  };
}

/** Whether one of its rules has a destination for the primary and one for the canary. */
function splitsBetweenBoth({ http }: VirtualService, { apex }: FlaggerCanary): boolean {
  return http.some(({ action }) => {
    const backends = action.kind === 'forward' ? action.backends : [];
    return ['primary', 'canary'].every((role) =>
      backends.some(({ host }) => host.split('.')[0] === `${apex}-${role}`),
    );
  });
}

/** @param kept The VirtualService that is given, where nothing tells what Flagger has made of it. */
function stateFindings(canary: FlaggerCanary, kept: VirtualService | null): Finding[] {
  if (canary.weight !== null) return [];
  const taken =
    kept === null
      ? 'it is taken as not yet started, all requests to the primary'
      : `${describeObject(kept)} counts as it is given, until Flagger writes its own in its place`;
  return [
    manifestFinding({
      code: 'rollout-state-unknown',
      summary: `${describeObject(canary)} has no status: ${taken}`,
      place: canary.node.place(),
    }),
  ];
}

function objectOf(canary: FlaggerCanary, kind: string, name: string): ManifestObject {
  const { namespace, namespaceGiven, labels, annotations, createdAt, node } = canary;
  return { kind, group: '', name, namespace, namespaceGiven, labels, annotations, createdAt, node };
}

/**
 * The VirtualService it keeps. In an A/B test only the requests that match are split; by then the
 * canary mostly has all the weight.
 * Source: fluxcd/flagger pkg/router/istio.go, SetRoutes.
 */
function virtualServiceOf(canary: FlaggerCanary, weight: number): VirtualService {
  const { apex, delegation, gateways, match, testMatch } = canary;
  const backend = (role: string, share: number): Backend => ({
    host: `${apex}-${role}`,
    subset: null,
    port: canary.port,
    weight: share,
    node: canary.node,
  });
  const rule = (label: string, entries: readonly MatchEntry[], backends: Backend[]): Rule => ({
    label,
    name: null,
    entries,
    action: { kind: 'forward', backends },
    preflights: canary.preflights,
    effects: canary.effects,
    node: canary.node,
  });
  const both = [backend('primary', 100 - weight), backend('canary', weight)];
  return {
    ...objectOf(canary, 'VirtualService', apex),
    hosts: delegation ? [] : [...canary.hosts, apex],
    gateways: gateways.length === 0 ? [MESH] : gateways,
    exportTo: [],
    http:
      testMatch.length === 0
        ? [rule('http[0]', match, both)]
        : [
            rule('http[0]', bothOf(testMatch, match), both),
            rule('http[1]', match, [backend('primary', 100)]),
          ],
    tls: [],
    tcp: [],
  };
}

/** Requests that one of each list takes. */
function bothOf(some: readonly MatchEntry[], others: readonly MatchEntry[]): MatchEntry[] {
  if (others.length === 0) return [...some];
  return some.flatMap((one) =>
    others.map((other) => ({ conditions: [...one.conditions, ...other.conditions] })),
  );
}

/** The label by which the target's pods are told, with its value. */
function selectorOf(set: ManifestSet, canary: FlaggerCanary): { label: string; value: string } {
  const target = targetOf(set, canary);
  const label = SELECTOR_LABELS.find((name) => target?.podLabels[name] !== undefined) ?? 'app';
  return { label, value: target?.podLabels[label] ?? canary.target.name };
}

function targetOf(set: ManifestSet, { target, namespace }: FlaggerCanary): Workload | undefined {
  return set.workloads.find(
    (workload) =>
      workload.kind === target.kind &&
      workload.name === target.name &&
      workload.namespace === namespace,
  );
}

function primaryWorkload(set: ManifestSet, canary: FlaggerCanary): Workload[] {
  const target = targetOf(set, canary);
  if (target === undefined) return [];
  const { label, value } = selectorOf(set, canary);
  const podLabels = { ...target.podLabels, [label]: `${value}-primary` };
  return [{ ...target, name: `${target.name}-primary`, podLabels }];
}

function serviceOf(set: ManifestSet, canary: FlaggerCanary, role: string): Service {
  const { label, value } = selectorOf(set, canary);
  const { port } = canary;
  return {
    ...objectOf(canary, 'Service', `${canary.apex}-${role}`),
    ports:
      port === null
        ? []
        : [
            {
              name: null,
              port,
              targetPort: null,
              appProtocol: null,
              transport: 'TCP',
              node: canary.node,
            },
          ],
    address: null,
    isHeadless: false,
    selector: { [label]: role === 'primary' ? `${value}-primary` : value },
  };
}

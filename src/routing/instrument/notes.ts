import { formatPlace } from '../../input-error.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { EditedObject } from './edited-object.js';
import type { GatewayWorkload } from './gateway-workload.js';
import type { HeaderPlace } from './header-place.js';
import { IDENTITY_HEADER, USER_AGENT_PREFIX } from './identity-header.js';
import { logsOf } from './telemetry-object.js';

/** What is said of an object for kubectl. */
export interface Said {
  /** What it is, and how it differs from what was given. */
  summary: string;
  /** What to do with it and what to look at, a sentence or two each. */
  notes: string[];
}

/** istiod checks the form of operators and not their names: Envoy does, and refuses all of it then. */
const LOOK_AFTERWARDS =
  'after applying, istioctl proxy-status must say SYNCED for the gateway: Istio takes an operator that its Envoy does not know, and Envoy then refuses every change to that port';

/** Of a user's object with the header, or without it. */
export function headerNotes(
  set: ManifestSet,
  place: HeaderPlace,
  change: EditedObject['change'],
  undo: boolean,
): Said {
  const { rule, name, node } = place;
  const { file, line } = node.place();
  const where = `${rule} of ${name} (${formatPlace({ ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) })})`;
  if (change === 'by-destination') {
    const summary = `the destinations of ${where} set ${IDENTITY_HEADER} themselves: printed as it is`;
    return { summary, notes: undo ? ['take the header away from the destinations by hand'] : [] };
  }
  if (change === 'none') {
    const has = undo ? 'has no header' : 'has the header';
    return {
      summary: `${where} ${has} ${IDENTITY_HEADER}${undo ? '' : ' already'}: printed as it is`,
      notes: [],
    };
  }
  return undo
    ? { summary: `${IDENTITY_HEADER} taken from ${where}`, notes: applyNotes(set, place) }
    : {
        summary: `${IDENTITY_HEADER} set on ${where}`,
        notes: [
          ...(place.assumed === null ? [] : [place.assumed]),
          ...applyNotes(set, place),
          ...lookNotes(place),
          'every client of the rule sees the addresses of pods in it: take it away after the run, with the same command and --uninstrument',
        ],
      };
}

/** What `kubectl apply` does with it, and needs. */
function applyNotes(set: ManifestSet, place: HeaderPlace): string[] {
  const { node, name, resource, namespace, namespaceGiven } = place;
  const metadata = node.field('metadata');
  const version = metadata.field('resourceVersion');
  const [, own = ''] = name.split('/');
  return [
    // A merge patch of a custom resource replaces lists whole, the rules with their weights.
    version.absent
      ? `kubectl apply sets all rules and weights to those of this file: where they may have changed since, give the object as it is now, kubectl get ${resource} ${own} -n ${namespace} -o yaml | splitproof explain -f - …`
      : `resourceVersion ${String(version.value)} stays in it, so that kubectl apply is refused (Conflict) where the object has changed since it was read, and nobody's weights are overwritten: read it again then`,
    ...(metadata.field('managedFields').absent
      ? []
      : [
          'kubectl apply --server-side refuses objects with managedFields: leave --show-managed-fields out when you read it',
        ]),
    ...(namespaceGiven
      ? []
      : [
          `the object names no namespace: kubectl apply -n ${namespace} -f - puts it where it was taken to be`,
        ]),
    `applying needs the right to patch it: kubectl auth can-i patch ${resource} -n ${namespace}`,
    ...controllerNotes(set, place),
  ];
}

/**
 * Source: fluxcd/flagger pkg/router/istio.go, reconcileVirtualService, and argoproj/argo-rollouts
 * rollout/trafficrouting/istio/istio.go, which patches weights and managed routes alone.
 */
function controllerNotes(set: ManifestSet, { by, name, namespace }: HeaderPlace): string[] {
  if (by === 'flagger')
    return [
      'Flagger makes the VirtualService of this Canary, and sets its weights to 100 and 0 when it makes it anew: apply it while no roll-out goes on',
    ];
  const rollout = set.rollouts.find((each) =>
    each.routes.some(
      (route) => `${route.kind} ${route.namespace ?? each.namespace}/${route.name}` === name,
    ),
  );
  if (rollout === undefined) return [];
  return [
    `${describeObject(rollout)} sets the weights of this object in the cluster and leaves its headers alone: apply it to the object as kubectl get -n ${namespace} shows it, so that its weights stay`,
  ];
}

function lookNotes({ by }: HeaderPlace): string[] {
  switch (by) {
    case 'istio':
    case 'flagger':
      return [LOOK_AFTERWARDS];
    case 'envoy-gateway':
      return [
        'never put it on a backendRef there: a filter on a backendRef changes how Envoy Gateway splits the requests',
        'look at an answer after applying: Envoy Gateway accepts an operator that Envoy does not know, and Envoy then refuses every change to its routes',
      ];
    case 'other':
      return [
        'look at an answer after applying, and never put it on a backendRef: with some gateways that changes how they split the requests',
      ];
  }
}

/** Of an EnvoyFilter to be created. */
export function envoyFilterNotes(workload: GatewayWorkload): Said {
  const { namespace } = workload;
  return {
    summary: `EnvoyFilter for the gateway's pods (${selectorText(workload)}): it sets ${IDENTITY_HEADER} on answers to requests whose user agent begins with ${USER_AGENT_PREFIX}; no route is touched`,
    notes: [
      ...(workload.namespaceKnown
        ? []
        : [
            `it stands in ${namespace}, which is Istio's root namespace unless yours has another: from there it reaches the gateway's pods wherever they run`,
          ]),
      `applying needs the right to create it: kubectl auth can-i create envoyfilters.networking.istio.io -n ${namespace}`,
      LOOK_AFTERWARDS,
      `whoever sends that user agent sees the addresses of pods: take it away after the run, with the same command and --uninstrument envoyfilter, | kubectl delete -f -`,
    ],
  };
}

/** Of a Telemetry to be created. */
export function telemetryNotes(set: ManifestSet, workload: GatewayWorkload): Said {
  const { namespace } = workload;
  const { general, own } = logsOf(set, workload);
  const selector = selectorText(workload);
  return {
    summary: `Telemetry for the gateway's pods (${selector}): it logs requests whose user agent begins with ${USER_AGENT_PREFIX}; no route is touched`,
    notes: [
      ...own.map(
        (each) =>
          `${describeObject(each)} logs for the same pods already, and Istio allows one Telemetry that selects them: do not apply this one beside it`,
      ),
      ...general.map(
        (each) =>
          `${describeObject(each)} has the gateway's log on already: while this one is applied it replaces it there, and nobody else's requests are logged`,
      ),
      ...(own.length + general.length > 0
        ? []
        : [
            "where the gateway's log is on already, this replaces it there while it is applied, and nobody else's requests are logged: look for other Telemetry objects, and accessLogFile in the mesh's configuration",
          ]),
      ...(workload.namespaceKnown
        ? []
        : [
            `the gateway's pods are taken to run in ${namespace}, where the object must stand too: kubectl get pods -A -l ${selector} says where they do`,
          ]),
      `applying needs the right to create it: kubectl auth can-i create telemetries.telemetry.istio.io -n ${namespace}`,
      `read it with kubectl logs -f -n ${namespace} -l ${selector} --tail=0 --max-log-requests=20 | splitproof verify … --identity access-log:-`,
      'take it away after the run, with the same command and --uninstrument telemetry, | kubectl delete -f -',
    ],
  };
}

/** Of an object to be deleted. */
export function removalNotes(kind: string, { namespace }: GatewayWorkload): Said {
  return {
    summary: `the ${kind} in ${namespace} that --instrument prints, for kubectl delete -f -`,
    notes: [],
  };
}

function selectorText({ labels }: GatewayWorkload): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

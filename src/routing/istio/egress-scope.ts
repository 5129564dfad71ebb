import type { Finding } from '../../finding.js';
import { InputError } from '../../input-error.js';
import type { ManifestSet } from '../manifest-set.js';
import { manifestFinding } from '../manifest-finding.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import { hasLabels } from '../pods.js';
import { findService } from '../service-registry.js';
import { byAge } from './age.js';
import { coveredBy, intersectHosts, namespaceOfHost, portOf, resolveShortName } from './host.js';
import type { ImportedHost, Sidecar } from './sidecar.js';
import type { VirtualService } from './virtual-service.js';

/** What the proxy of a client sees of VirtualServices and services. */
export interface EgressScope {
  virtualServices: readonly VirtualService[];
  /** Why a service cannot be reached by a route of the proxy; `null`: it can. */
  problemOf: (service: string) => InputError | null;
  /** VirtualServices with a host that are not seen. */
  findingsOf: (host: string) => Finding[];
}

/**
 * What the Sidecar that holds for a client imports: the oldest one of its namespace whose
 * workloadSelector selects it, else the oldest one there without, else that of the root namespace. A
 * client whose labels are not known is taken to be selected by none.
 * Source: istio/istio pilot/pkg/model/push_context.go, initSidecarScopes and doGetSidecarScope;
 * pilot/pkg/model/sidecar.go, convertIstioListenerToWrapper, GetEgressListenerForRDS, selectServices and
 * collectImportedServices, by which destinations of
 * VirtualServices get clusters, and no route of their own; pilot/pkg/model/virtualservice.go, SelectVirtualServices.
 * @param virtualServices Those that may be chosen.
 */
export function egressScope(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  { namespace, clientLabels, authority, targetPort }: RouteRequest,
): EgressScope {
  const inNamespace = set.sidecars.filter((sidecar) => sidecar.namespace === namespace);
  const uncertain =
    clientLabels === undefined
      ? inNamespace.filter((sidecar) => sidecar.workloadSelector !== null).map(labelsUnknown)
      : [];
  const selecting = inNamespace.filter(
    ({ workloadSelector }) =>
      workloadSelector !== null &&
      clientLabels !== undefined &&
      hasLabels(clientLabels, workloadSelector),
  );
  const sidecar =
    oldest(selecting) ??
    oldest(inNamespace.filter(isForAll)) ??
    oldest(set.sidecars.filter((each) => each.namespace === set.rootNamespace && isForAll(each)));
  if (sidecar === null || sidecar.egress.length === 0)
    return { virtualServices, problemOf: () => null, findingsOf: () => uncertain };
  const port = portOf(authority) ?? targetPort;
  const listener = sidecar.egress.find((each) => each.port === null || each.port === port);
  const hosts = (listener?.hosts ?? []).map((imported) =>
    imported.namespace === '.' ? { ...imported, namespace } : imported,
  );
  const seen = virtualServices.filter((each) => importsRoutes(hosts, each));
  return {
    virtualServices: seen,
    problemOf: (service) => {
      const owner = findService(set, service)?.namespace ?? namespaceOfHost(service) ?? '';
      if (imports(hosts, owner, service, coveredBy)) return null;
      return new InputError(
        `${describeObject(sidecar)} does not import ${service}, so the proxy of a client in ${namespace} has no route to it: its requests pass the proxy by, or are refused where outboundTrafficPolicy is REGISTRY_ONLY; add ${owner}/${service} to egress.hosts`,
        sidecar.node.field('spec').field('egress').place(),
      );
    },
    findingsOf: (host) => [
      ...uncertain,
      ...virtualServices
        .filter((each) => !seen.includes(each) && fullHosts(each).includes(host))
        .map((each) => notImported(sidecar, each, host)),
    ],
  };
}

function isForAll({ workloadSelector }: Sidecar): boolean {
  return workloadSelector === null;
}

function oldest(sidecars: readonly Sidecar[]): Sidecar | null {
  const [first] = byAge(sidecars.map((object) => ({ object })));
  return first?.object ?? null;
}

/** Whether a host of a namespace is imported and not left out. */
function imports(
  hosts: readonly ImportedHost[],
  namespace: string,
  host: string,
  fits: (host: string, imported: string) => boolean,
): boolean {
  const ofNamespace = hosts.filter((each) => ['*', namespace].includes(each.namespace));
  return (
    ofNamespace.some((each) => !each.excluded && fits(host, each.host)) &&
    !ofNamespace.some((each) => each.excluded && coveredBy(host, each.host))
  );
}

/** One host in common is enough; wildcards count in both directions. */
function importsRoutes(hosts: readonly ImportedHost[], virtualService: VirtualService): boolean {
  return fullHosts(virtualService).some((host) =>
    imports(
      hosts,
      virtualService.namespace,
      host,
      (own, imported) => intersectHosts(own, imported) !== null,
    ),
  );
}

function fullHosts({ hosts, namespace }: VirtualService): string[] {
  return hosts.map((host) => resolveShortName(host, namespace));
}

function labelsUnknown(sidecar: Sidecar): Finding {
  return manifestFinding({
    code: 'client-labels-unknown',
    about: 'call',
    summary: `${describeObject(sidecar)} is for clients with certain labels; those of the client are not known, and it is taken to have none: tell them with --client-labels`,
    place: sidecar.node.field('spec').field('workloadSelector').place(),
  });
}

function notImported(sidecar: Sidecar, virtualService: VirtualService, host: string): Finding {
  return manifestFinding({
    code: 'sidecar-does-not-import',
    about: 'call',
    summary: `${describeObject(virtualService)} has routes for ${host}, and they do not apply to this client: ${describeObject(sidecar)} imports no host of it from ${virtualService.namespace}`,
    place: sidecar.node.field('spec').field('egress').place(),
  });
}

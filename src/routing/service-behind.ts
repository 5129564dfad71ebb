import { counted } from '../number-text.js';
import type { Finding } from '../finding.js';
import { InputError } from '../input-error.js';
import type { ExpectedService } from '../scenario/expected-service.js';
import { namespaceOfHost } from './istio/host.js';
import { serviceSpellings } from './istio/mesh-routes.js';
import type { ManifestSet } from './manifest-set.js';
import type { RouteRequest } from './request.js';
import type { Forwarded, Resolution } from './resolution.js';
import { resolveRoute } from './resolve.js';

/** What becomes of the requests that the called service makes to one behind it. */
export interface ServiceBehind {
  request: RouteRequest;
  resolution: Resolution;
}

/**
 * The route to a service behind the one that a request leads to: that of the mesh, for a client where
 * the destinations of the request are. What that client asks for is not seen, so that it is taken to
 * send what the user says, and nothing else.
 *
 * @param request The request from outside.
 * @param front What becomes of it.
 * @throws InputError when the request leads to the service itself.
 */
export function resolveServiceBehind(
  manifests: ManifestSet,
  request: RouteRequest,
  front: Forwarded,
  service: ExpectedService,
): ServiceBehind {
  const clients = clientNamespaces(front);
  const [namespace = request.namespace, ...others] = clients;
  refuseItself(front, service, namespace);
  const { host, port, path, headers } = service;
  const behind: RouteRequest = {
    method: 'GET',
    path: path ?? '/',
    scheme: 'http',
    authority: port === null ? host : `${host}:${port}`,
    headers: new Map(headers),
    targetPort: port,
    via: { kind: 'mesh' },
    namespace,
    objectNamespace: request.namespace,
    option: '--expect-service',
    ...(request.rolloutStep === undefined ? {} : { rolloutStep: request.rolloutStep }),
  };
  const resolution = withAdvice(resolveRoute(manifests, behind), service);
  const notes = [
    ...(others.length === 0
      ? []
      : [
          `${host} may be called from the namespaces ${clients.join(', ')}: its route is that for ${namespace}`,
        ]),
    ...resolution.notes,
    ...ruleNotes(resolution, service),
    ...abortNotes(resolution, service),
  ];
  // What is wrong with the manifests as a whole is said once.
  const lint = resolution.lint.filter((one) => !front.findings.some((other) => isSame(one, other)));
  return { request: behind, resolution: { ...resolution, notes, lint } };
}

function isSame(one: Finding, other: Finding): boolean {
  return one.code === other.code && JSON.stringify(one.place) === JSON.stringify(other.place);
}

/** Where those are that the request leads to: they make the requests to the service behind. */
function clientNamespaces({ destinations }: Forwarded): string[] {
  const asked = destinations.filter(({ weight }) => weight > 0);
  return [...new Set(asked.flatMap(({ host }) => namespaceOfHost(host) ?? []))];
}

function refuseItself(front: Forwarded, service: ExpectedService, namespace: string): void {
  const names = serviceSpellings(service.host, namespace);
  if (!front.destinations.some(({ host }) => names.includes(host))) return;
  const rule = front.route === null ? 'the request' : `the rule ${front.route.rule}`;
  throw new InputError(
    `${rule} leads to ${service.host} itself, so that no one calls it in between and its split is that of the request's own route: leave this out`,
    { path: '--expect-service' },
  );
}

/** Rules that go by what is not known here are the likely reason why none takes the request. */
function withAdvice(resolution: Resolution, { host, path }: ExpectedService): Resolution {
  const isByPath = path === null && resolution.traces.length > 0;
  if (resolution.kind !== 'none' || resolution.route !== null || !isByPath) return resolution;
  const { problem, findings } = resolution;
  const told = {
    ...problem,
    summary: `${problem.summary}; what path the callers of ${host} ask for is not known here: name it, as in ${host}/PATH`,
  };
  return {
    ...resolution,
    problem: told,
    findings: findings.map((finding) => (finding === problem ? told : finding)),
  };
}

/** So many rules can be named in a sentence. */
const MAX_NAMED = 5;

/** With several rules, which one is taken hangs on what the callers send. */
function ruleNotes(
  { route, traces }: Resolution,
  { host, path, headers }: ExpectedService,
): string[] {
  if (route === null || traces.length < 2) return [];
  const named = headers.map(([name]) => name).join(', ');
  const sent = [
    path === null ? 'whatever its path is' : `for ${path}`,
    named === '' ? 'without headers of its own' : `with ${named}`,
  ];
  const others = traces
    .filter(({ outcome }) => outcome === 'not-matched')
    .slice(0, MAX_NAMED)
    .map(({ rule, match }) => `${rule} (${match})`);
  const passed = others.length === 0 ? '' : `; ${others.join(', ')} not met`;
  return [
    `of the ${counted(traces.length, 'rule')} for ${host}, ${route.rule} (${route.match}) takes a request ${sent.join(' and ')}${passed}`,
  ];
}

/** The application in between sees the errors, and answers as it likes. */
function abortNotes({ effects }: Resolution, { host }: ExpectedService): string[] {
  const abort = effects?.abort ?? null;
  if (abort === null) return [];
  return [
    `the route of ${host} answers ${Number((abort.share * 100).toFixed(4))} % of its requests with ${abort.description} itself: what becomes of them is for its callers to say, and is not allowed for`,
  ];
}

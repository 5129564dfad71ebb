import type { RequestHead } from '../call/call-kind.js';
import { webHeaders } from '../call/web/request.js';
import { WEBSOCKET_HEAD } from '../call/websocket/kind.js';
import { GRPC_HEAD } from '../call/grpc/kind.js';
import { findMethod, pathOf, pathOfName } from '../call/grpc/method.js';
import type { Finding } from '../finding.js';
import { InputError } from '../input-error.js';
import { loadContract } from '../inputs/contract.js';
import { type Configuration, loadConfiguration } from '../inputs/configuration.js';
import type { ProgrammedRecord } from '../record/asked.js';
import {
  EXPLANATION_SCHEMA,
  type ExplanationFinding,
  type ExplanationReport,
  type RouteExplanation,
  type WholeExplanation,
} from '../report/explanation.js';
import { connectionOf } from '../routing/connection-order.js';
import { headerText } from '../routing/header-text.js';
import type { ManifestSet } from '../routing/manifest-set.js';
import { formatVia, type RouteRequest } from '../routing/request.js';
import type { Resolution } from '../routing/resolution.js';
import { resolveRoute } from '../routing/resolve.js';
import { resolveServiceBehind } from '../routing/service-behind.js';
import type { ExpectedService } from '../scenario/expected-service.js';
import type { Call } from '../scenario/call.js';
import { isDescribedByFiles } from '../scenario/contract-sources.js';
import type { Forwarding } from '../scenario/forwarding.js';
import type { RouteQuestion } from '../scenario/route-question.js';
import { authorityOf } from './authority.js';
import { maskedUrl, type Secrets } from '../secrets.js';
import { TOOL } from '../tool.js';
import {
  connectionsNotCompared,
  findConfigNotProgrammed,
  programmedAlone,
  programmedSplit,
  type ProxyConfig,
  readProxyConfigs,
  WITHOUT_ROUTE,
} from './programmed.js';
import { forwardedRequest } from './forwarded-request.js';
import { inOwnNamespace } from './own-namespace.js';
import { routeRequest } from './route-request.js';
import { shownHeaders } from './shown-headers.js';
import { withoutSecrets } from './without-secrets.js';

/**
 * Explains which route a request takes through the manifests, and what is wrong with them. What is
 * wrong with the route itself becomes a finding.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when the question, a manifest or the proxy's configuration cannot be read.
 */
export function explain(question: RouteQuestion, signal?: AbortSignal): Promise<ExplanationReport> {
  return withoutSecrets(question.secrets, async () => {
    const configuration = await readConfiguration(question, signal);
    return {
      schema: EXPLANATION_SCHEMA,
      tool: TOOL,
      ...(await explanationOf(question, configuration, signal)),
    };
  });
}

/** What requests are held against. */
interface ExplainedBy extends Configuration {
  /** null: no proxy was asked. */
  proxies: readonly ProxyConfig[] | null;
}

/** @throws InputError when a manifest or the proxy's configuration cannot be read. */
export async function readConfiguration(
  { manifests: source, programmed }: Pick<RouteQuestion, 'manifests' | 'programmed'>,
  signal: AbortSignal | undefined,
): Promise<ExplainedBy> {
  const { manifests, cluster } = await loadConfiguration(source, signal);
  return {
    manifests,
    cluster,
    proxies: programmed === null ? null : await readProxyConfigs(programmed, signal),
  };
}

/**
 * What becomes of a request, and what is wrong there, errors first.
 *
 * @throws InputError when the question cannot be answered.
 */
export async function explanationOf(
  given: RouteQuestion,
  { manifests, cluster, proxies }: ExplainedBy,
  signal: AbortSignal | undefined,
): Promise<WholeExplanation & Pick<ExplanationReport, 'findings'>> {
  const question = inOwnNamespace(given, cluster);
  const asked = await questionedRoute(manifests, question, signal);
  const { request, resolution } = asked;
  const notes = [...(cluster === null ? [] : [cluster.note]), ...asked.notes];
  const programmed = proxies === null ? null : programmedBy(proxies, request, resolution);
  const { service } = question;
  const behind =
    service === null || resolution.kind !== 'forward'
      ? null
      : resolveServiceBehind(manifests, request, resolution, service);
  return {
    ...routeExplanation(request, resolution, notes, question.secrets),
    behind:
      service === null || behind === null
        ? null
        : {
            service: service.host,
            ...routeExplanation(behind.request, behind.resolution, [], question.secrets),
          },
    programmed,
    findings: gravestFirst([
      ...(service === null ? [] : notCalled(resolution, service)),
      ...findingsOf(resolution, programmed),
      ...(behind === null ? [] : findingsOf(behind.resolution, null)),
    ]),
  };
}

function routeExplanation(
  request: RouteRequest,
  resolution: Resolution,
  notes: readonly string[],
  secrets: Secrets,
): RouteExplanation {
  return {
    request: shownRequest(request),
    via: resolution.via === null ? null : formatVia(resolution.via),
    gatewayPort: resolution.gatewayPort,
    splits: resolution.perConnection ? 'connections' : 'requests',
    route: resolution.route,
    action: resolution.action,
    destinations: sharesOf(resolution),
    rules: resolution.traces,
    effects: resolution.route === null ? null : resolution.effects,
    headers: shownHeaders(
      resolution.headerChanges,
      resolution.kind === 'forward' ? resolution.destinations : [],
      secrets,
    ),
    grpcClients: resolution.grpcClients,
    notes: [...notes, ...resolution.notes],
  };
}

/** No one calls a service behind a request that the proxy answers itself. */
function notCalled(resolution: Resolution, { host }: ExpectedService): ExplanationFinding[] {
  if (resolution.kind === 'forward' || resolution.kind === 'none') return [];
  const { action, route, traces } = resolution;
  return [
    {
      code: 'not-forwarded',
      severity: 'error',
      about: 'call',
      call: null,
      place: traces.find(({ outcome }) => outcome === 'taken')?.place ?? null,
      summary: `The rule ${route.rule} takes the request and ${action.description}, so that no one calls ${host}.`,
      evidence: '',
      advice: 'Ask for a request that is forwarded, see --path, -H, --authority and --plaintext.',
      scope: 'request',
    },
  ];
}

/** A question's request, what becomes of it, and what was assumed where the question does not say. */
export interface QuestionedRoute {
  request: RouteRequest;
  resolution: Resolution;
  notes: string[];
}

/**
 * What becomes of the request that a question is about. Where nothing says whether it is TLS, the
 * one of both that gets further is taken.
 *
 * @throws InputError when the call is not in its contract, or the manifests contradict themselves.
 */
export async function questionedRoute(
  manifests: ManifestSet,
  question: RouteQuestion,
  signal: AbortSignal | undefined,
): Promise<QuestionedRoute> {
  const call = await askedRequest(question.call, signal);
  const { target } = question;
  const scheme = question.scheme ?? question.manifests.scheme ?? null;
  // A run against a target speaks TLS unless told otherwise.
  const likely = scheme ?? (target === null ? 'http' : 'https');
  const first = routeAs(question, call, manifests, likely);
  if (scheme !== null || progress(first.resolution) === MOST_PROGRESS) return first;
  const other = routeAs(question, call, manifests, likely === 'http' ? 'https' : 'http');
  return progress(other.resolution) > progress(first.resolution) ? other : first;
}

interface AskedRequest {
  head: RequestHead;
  path: string;
  streaming: boolean;
}

/** A contract is needed only to know whether the call streams. */
async function askedRequest(call: Call, signal: AbortSignal | undefined): Promise<AskedRequest> {
  if (call.kind === 'http') {
    const { method, path } = call;
    return { head: { method, headers: [] }, path, streaming: false };
  }
  if (call.kind === 'websocket') {
    return { head: WEBSOCKET_HEAD, path: call.path, streaming: false };
  }
  const { contract } = call;
  const path = pathOfName(call.method);
  const head = call.kind === 'grpc' ? GRPC_HEAD : { method: 'POST', headers: webHeaders(call) };
  try {
    const method = findMethod(await loadContract(contract, signal), call.method);
    const streaming = method.methodKind !== 'unary';
    return { head, path: pathOf(method), streaming };
  } catch (error) {
    if (isDescribedByFiles(contract) || !(error instanceof InputError)) throw error;
    return { head, path, streaming: false };
  }
}

const MOST_PROGRESS = 3;

/** How far a request gets: to a split, to a route, to the rules of its host, or not even there. */
function progress({ kind, route, traces, perConnection }: Resolution): number {
  // Bytes may be passed on whatever they are: a route is more.
  if (kind === 'forward') return perConnection && route === null ? 0.5 : MOST_PROGRESS;
  if (route !== null) return 2;
  return traces.length > 0 ? 1 : 0;
}

const ASSUMED_AUTHORITY = 'localhost';

function routeAs(
  question: RouteQuestion,
  { head, path, streaming }: AskedRequest,
  manifests: ManifestSet,
  scheme: 'http' | 'https',
): QuestionedRoute {
  const { target, call, namespace, serverName } = question;
  if ('forwarding' in call) {
    return routeOfForwarded(call.forwarding, question, manifests);
  }
  const { metadata } = call;
  const { method, headers } = head;
  const notes: string[] = [];
  if (question.scheme === null && question.manifests.scheme === undefined) {
    notes.push(
      `taken as a request ${scheme === 'http' ? 'in plaintext' : 'over TLS'}: --plaintext, or a target with http:// or https://, says which`,
    );
  }
  let { authority } = call;
  if (authority === null && target !== null && target.kind !== 'unix') {
    authority = authorityOf(target, call.kind, scheme);
  }
  if (authority === null) {
    authority = ASSUMED_AUTHORITY;
    notes.push(`taken as a request for ${ASSUMED_AUTHORITY}: a target or --authority says which`);
  }
  const request = routeRequest(
    {
      method,
      path,
      scheme,
      authority,
      serverName,
      metadata: [...headers, ...metadata],
      target,
      namespace,
    },
    question.manifests,
  );
  const { deadlineMs } = question;
  const resolution = resolveRoute(manifests, request, { streaming, deadlineMs });
  if (question.connectionAlone && !resolution.perConnection) {
    notes.push(
      `proxies look for HTTP in this connection, so a request is taken: ${method} ${path}`,
    );
  }
  return { request, resolution, notes };
}

/** Whether it is in plaintext is for the application to say, by its URL. */
function routeOfForwarded(
  forwarding: Forwarding,
  { namespace, manifests: source }: RouteQuestion,
  manifests: ManifestSet,
): QuestionedRoute {
  const request = forwardedRequest(forwarding, namespace, source);
  const notes = [
    `the request that the application makes which is asked by ForwardEcho, as a client in namespace ${namespace} (-N)`,
  ];
  return { request, resolution: resolveRoute(manifests, request), notes };
}

function programmedBy(
  configs: readonly ProxyConfig[],
  request: RouteRequest,
  resolution: Resolution,
): ProgrammedRecord {
  const { kind, gatewayPort, perConnection } = resolution;
  if (perConnection) return connectionsNotCompared(configs, sharesOf(resolution));
  const port = gatewayPort ?? request.gatewayPort ?? null;
  if (kind === 'none') return programmedAlone(configs, request, port);
  return programmedSplit(
    configs,
    request,
    port,
    // What the proxy is to answer itself has no destination.
    kind === 'forward'
      ? { kind: 'manifests', destinations: resolution.destinations }
      : { kind: 'weights', weights: [] },
  );
}

function shownRequest(request: RouteRequest): ExplanationReport['request'] {
  const { method, path, scheme, authority, headers, namespace } = request;
  return {
    method,
    path: maskedUrl(path),
    scheme,
    authority,
    serverName: connectionOf(request, null).serverName,
    headers: Object.fromEntries(
      [...headers].map(([name, value]) => [name, headerText(name, value)]),
    ),
    namespace,
  };
}

function sharesOf(resolution: Resolution): ExplanationReport['destinations'] {
  if (resolution.kind !== 'forward') return [];
  const total = resolution.destinations.reduce((sum, { weight }) => sum + weight, 0);
  return resolution.destinations.map(({ name, host, subset, port, weight, replicas }) => {
    return { name, host, subset, port, weight, share: weight / total, replicas };
  });
}

function findingsOf(
  resolution: Resolution,
  programmed: ProgrammedRecord | null,
): ExplanationFinding[] {
  const { findings, lint } = resolution;
  // A comparison was asked for, so that there is none is more than worth knowing.
  const words = resolution.kind === 'none' ? WITHOUT_ROUTE : undefined;
  const compared = findConfigNotProgrammed(programmed, words).map((finding): Finding => {
    return finding.severity === 'info' ? { ...finding, severity: 'warning' } : finding;
  });
  return [
    ...[...findings, ...compared].map((finding): ExplanationFinding => {
      return { ...finding, scope: 'request' };
    }),
    ...lint.map((finding): ExplanationFinding => ({ ...finding, scope: 'configuration' })),
  ];
}

export function gravestFirst(findings: readonly ExplanationFinding[]): ExplanationFinding[] {
  return findings.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ severity }: ExplanationFinding): number {
  return ['error', 'warning', 'info'].indexOf(severity);
}

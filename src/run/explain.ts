import { InputError, type InputPlace } from '../input-error.js';
import { loadContract } from '../inputs/contract.js';
import { findMethod, pathOf, pathOfName } from '../call/grpc/method.js';
import {
  EXPLANATION_SCHEMA,
  type ExplanationFinding,
  type ExplanationReport,
  type PlaceReport,
} from '../report/explanation.js';
import type { ProgrammedRecord } from '../record/run-record.js';
import { type Explanation, explainRequest } from '../routing/explain.js';
import type { Expectation } from '../routing/expectation.js';
import { loadManifests } from '../inputs/manifests.js';
import type { ManifestSet } from '../routing/manifest-set.js';
import type { RouteRequest } from '../routing/request.js';
import { resolveExpectation } from '../routing/resolve.js';
import type { AskedFor, RouteQuestion } from '../scenario/route-question.js';
import { formatTarget } from '../scenario/target.js';
import { TOOL } from '../tool.js';
import { programmedSplit, readProxyConfig } from './programmed.js';
import { routeRequest } from './route-request.js';

/**
 * Explains which route a request takes through the manifests, and what is wrong with them. What is
 * wrong with the route itself becomes a finding.
 *
 * @throws InputError when the question, a manifest or the proxy's configuration cannot be read.
 */
export async function explain(question: RouteQuestion): Promise<ExplanationReport> {
  return await explainFrom(await loadManifests(question.manifests.sources), question);
}

/** The same from manifests that are loaded: several questions may be about them. */
export async function explainFrom(
  manifests: ManifestSet,
  question: RouteQuestion,
): Promise<ExplanationReport> {
  const call = calledMethod(question.askedFor);
  const { request, explanation, notes } = firstRouted(question, call, manifests);
  const programmed = await programmedOf(question, request, manifests, explanation);
  return {
    schema: EXPLANATION_SCHEMA,
    tool: TOOL,
    request: explanation.request,
    via: explanation.via,
    gatewayPort: explanation.gatewayPort,
    route: explanation.route,
    action: explanation.action,
    destinations: explanation.destinations.map(
      ({ name, host, subset, port, weight, share, replicas }) => {
        return { name, host, subset, port, weight, share, replicas };
      },
    ),
    rules: explanation.rules.map(({ source, rule, match, place, outcome, reasons }) => {
      return { source, rule, match, place: placeReport(place), outcome, reasons };
    }),
    effects: explanation.effects,
    programmed,
    notes: [...notes, ...explanation.notes],
    findings: findingsOf(explanation, programmed),
  };
}

interface CalledMethod {
  method: string;
  path: string;
  isGrpc: boolean;
  streaming: boolean;
}

/** A contract is needed only to know whether the call streams. */
function calledMethod(askedFor: AskedFor): CalledMethod {
  if (askedFor.kind === 'http') {
    return { method: askedFor.method, path: askedFor.path, isGrpc: false, streaming: false };
  }
  const { call, protoFiles, protosets } = askedFor;
  const path = pathOfName(call);
  try {
    const method = findMethod(loadContract(askedFor), call);
    const streaming = method.methodKind !== 'unary';
    return { method: 'POST', path: pathOf(method), isGrpc: true, streaming };
  } catch (error) {
    const isDescribed = protoFiles.length + protosets.length > 0;
    if (isDescribed || !(error instanceof InputError)) throw error;
    return { method: 'POST', path, isGrpc: true, streaming: false };
  }
}

const ASSUMED_AUTHORITY = 'localhost';

interface Routed {
  request: RouteRequest;
  explanation: Explanation;
  notes: string[];
}

/** Where nobody said whether the request is TLS, the one of both that gets further. */
function firstRouted(question: RouteQuestion, call: CalledMethod, manifests: ManifestSet): Routed {
  const { scheme, target } = question;
  // A run against a target speaks TLS unless told otherwise.
  const likely = scheme ?? (target === null ? 'http' : 'https');
  const first = explainAs(question, call, manifests, likely);
  if (scheme !== null || progress(first.explanation) === MOST_PROGRESS) return first;
  const other = explainAs(question, call, manifests, likely === 'http' ? 'https' : 'http');
  return progress(other.explanation) > progress(first.explanation) ? other : first;
}

const MOST_PROGRESS = 3;

/** How far a request gets: to a split, to a route, to the rules of its host, or not even there. */
function progress({ destinations, route, rules }: Explanation): number {
  if (destinations.length > 0) return MOST_PROGRESS;
  if (route !== null) return 2;
  return rules.length > 0 ? 1 : 0;
}

function explainAs(
  question: RouteQuestion,
  { method, path, isGrpc, streaming }: CalledMethod,
  manifests: ManifestSet,
  scheme: 'http' | 'https',
): Routed {
  const { target, metadata, namespace } = question;
  const notes: string[] = [];
  if (question.scheme === null) {
    notes.push(
      `taken as a request ${scheme === 'http' ? 'in plaintext' : 'over TLS'}: --plaintext, or a target with http:// or https://, says which`,
    );
  }
  let authority = question.authority;
  if (authority === null && target?.kind === 'tcp') authority = formatTarget(target);
  if (authority === null) {
    authority = ASSUMED_AUTHORITY;
    notes.push(`taken as a request for ${ASSUMED_AUTHORITY}: a target or --authority says which`);
  }
  const request = routeRequest(
    { method, path, scheme, authority, metadata, target, namespace },
    isGrpc,
    question.manifests,
  );
  return { request, explanation: explainRequest(manifests, request, { streaming }), notes };
}

async function programmedOf(
  { programmed }: RouteQuestion,
  request: RouteRequest,
  manifests: ManifestSet,
  explanation: Explanation,
): Promise<ProgrammedRecord | null> {
  if (programmed === null) return null;
  const { gatewayPort, destinations } = explanation;
  // Without a split to expect there is still what the proxy does, compared with nothing.
  const expectation: Expectation | null =
    destinations.length > 0 ? resolveExpectation(manifests, request) : null;
  return programmedSplit(
    await readProxyConfig(programmed),
    request,
    gatewayPort ?? request.gatewayPort ?? null,
    expectation === null ? { kind: 'weights', weights: [] } : { kind: 'manifests', expectation },
  );
}

function findingsOf(
  explanation: Explanation,
  programmed: ProgrammedRecord | null,
): ExplanationFinding[] {
  const nowhere = placeReport({});
  const found: ExplanationFinding[] = [];
  if (explanation.problem !== null) {
    const { code, message, place } = explanation.problem;
    found.push({
      code,
      severity: 'error',
      scope: 'request',
      message,
      place: placeReport(place),
    });
  }
  if (programmed !== null && programmed.difference !== null) {
    found.push({
      code: 'config-not-programmed',
      severity: 'error',
      scope: 'request',
      message: programmed.difference,
      place: { ...nowhere, file: programmed.source },
    });
  }
  if (programmed !== null && programmed.incomparable !== null) {
    found.push({
      code: 'config-not-compared',
      severity: 'warning',
      scope: 'request',
      message: programmed.incomparable,
      place: { ...nowhere, file: programmed.source },
    });
  }
  for (const { code, message, place } of explanation.warnings) {
    found.push({
      code,
      severity: 'warning',
      scope: 'request',
      message,
      place: placeReport(place),
    });
  }
  for (const { code, severity, message, place } of explanation.lint) {
    found.push({ code, severity, scope: 'configuration', message, place: placeReport(place) });
  }
  return found.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ severity }: ExplanationFinding): number {
  return severity === 'error' ? 0 : 1;
}

function placeReport({ file, line, document, path }: InputPlace): PlaceReport {
  return {
    file: file ?? null,
    line: line ?? null,
    document: document ?? null,
    path: path ?? null,
  };
}

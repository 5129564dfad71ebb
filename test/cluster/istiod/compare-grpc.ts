import { InputError } from '../../../src/input-error.js';
import type { Resolution } from '../../../src/routing/resolution.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { knownHosts } from '../../../src/routing/service-registry.js';
import { manifestsOf } from '../../routing/objects.js';
import { withApiDefaults } from './api-defaults.js';
import { agree, describeForwarded, isOf, line, problemOf } from './compare.js';
import type { AskingProxy, ControlPlane, GivenToGrpc } from './control-plane.js';
import type { AskedRequest, GeneratedSet } from './generated-set.js';
import { type GrpcCall, type GrpcOutcome, grpcOutcome, type Library } from './grpc-route.js';

export interface GrpcComparison {
  outcomes: Readonly<Record<string, number>>;
  /** Calls to services that are not given, which `explain` takes to be there. */
  onPurpose: number;
  differences: readonly string[];
}

const LIBRARIES: readonly Library[] = ['grpc-js', 'Go', 'Python'];

/** Holds what `explain --via proxyless` says against what a real Istiod gives to gRPC clients, library by library. */
export async function compareGrpc(
  controlPlane: ControlPlane,
  { family, objects, requests }: GeneratedSet,
): Promise<GrpcComparison> {
  const calls = requests.filter(
    ({ gateway, proxy, tls }) => gateway === null && proxy.kind === 'sidecar' && !tls,
  );
  const proxies = new Map(calls.map(({ proxy }) => [proxy.name, proxy]));
  const clients = [...proxies.values()].map((proxy): AskingProxy => {
    const own = calls.filter((call) => call.proxy.name === proxy.name);
    return { ...proxy, kind: 'grpc', targets: [...new Set(own.map(targetOf))] };
  });
  const answer = await controlPlane.ask(objects.map(withApiDefaults), clients);
  const set = manifestsOf(
    objects.filter(
      (object) => !answer.refused.some((each) => isOf(each, object)) && problemOf(object) === null,
    ),
  );
  const outcomes: Record<string, number> = {};
  const differences: string[] = [];
  let onPurpose = 0;
  for (const asked of calls) {
    const given = answer.proxies[asked.proxy.name]?.grpc;
    if (given === undefined) throw new Error(`Istiod gave nothing to ${asked.proxy.name}`);
    const call: GrpcCall = {
      host: hostIn(asked),
      port: asked.port,
      path: asked.path.replace(/\?.*$/, ''),
      headers: asked.headers,
    };
    const resolution = explained(set, asked);
    const byGo = describe(given, grpcOutcome(given, 'Go', call));
    for (const library of LIBRARIES) {
      const outcome = grpcOutcome(given, library, call);
      const istiod = describe(given, outcome, library);
      const own = grpcOutcome(given, 'Go', call);
      const isAnother =
        library === 'grpc-js' &&
        istiod !== 'refuses' &&
        (outcome.kind === 'forward' ? outcome.entry : -1) !==
          (own.kind === 'forward' ? own.entry : -1);
      const said = describeSaid(resolution, library);
      outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1;
      if (agree(istiod, said) || (isAnother && said === 'another rule')) continue;
      if (
        leadsToUngiven(given, outcome, knownHosts(set)) ||
        isUngiven(given, asked, knownHosts(set))
      )
        onPurpose += 1;
      else
        differences.push(
          `${family}: ${library} of ${asked.proxy.namespace} to ${targetOf(asked)}${asked.path} ${JSON.stringify([...asked.headers])}: Istiod ${istiod} (Go: ${byGo}), explain ${said}`,
        );
    }
  }
  return { outcomes, onPurpose, differences };
}

function hostIn({ authority }: AskedRequest): string {
  return authority.replace(/:\d+$/, '');
}

function targetOf(asked: AskedRequest): string {
  return `${hostIn(asked)}:${asked.port}`;
}

function describe(given: GivenToGrpc, outcome: GrpcOutcome, library: Library = 'Go'): string {
  if (outcome.kind !== 'forward') return outcome.kind;
  const clusters = new Map(given.clusters.map((cluster) => [cluster.name, cluster]));
  const names = [...outcome.shares.keys()];
  if (names.some((name) => !clusters.has(name))) return 'fails';
  if (library !== 'Go' && names.some((name) => clusters.get(name)?.lbPolicy === 'LEAST_REQUEST'))
    return 'fails';
  return [...outcome.shares]
    .map(([cluster, share]) => {
      const [, port = '', subset = '', host = ''] = cluster.split('|');
      return line(share, host, subset, port);
    })
    .sort()
    .join(', ');
}

function leadsToUngiven(
  given: GivenToGrpc,
  outcome: GrpcOutcome,
  hosts: readonly string[],
): boolean {
  if (outcome.kind !== 'forward') return false;
  const present = new Set(given.clusters.map(({ name }) => name));
  return [...outcome.shares.keys()].some(
    (name) => !present.has(name) && !hosts.includes(name.split('|')[3] ?? ''),
  );
}

/** A name of the cluster's without a Service, which is taken to be there. */
function isUngiven(given: GivenToGrpc, asked: AskedRequest, hosts: readonly string[]): boolean {
  const host = hostIn(asked);
  return (
    given.tables[targetOf(asked)] === undefined &&
    host.endsWith('.svc.cluster.local') &&
    !hosts.includes(host)
  );
}

function explained(
  set: ReturnType<typeof manifestsOf>,
  asked: AskedRequest,
): Resolution | InputError {
  const { path, headers, port, proxy } = asked;
  try {
    return resolveRoute(set, {
      method: 'POST',
      path,
      scheme: 'http',
      authority: targetOf(asked),
      headers,
      targetPort: port,
      via: { kind: 'proxyless' },
      namespace: proxy.namespace,
      clientLabels: proxy.labels,
    });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function describeSaid(resolution: Resolution | InputError, library: Library): string {
  if (resolution instanceof InputError) return `error: ${resolution.message}`;
  const own = resolution.grpcClients?.find(({ client }) => client === library);
  const problem = resolution.findings.find(({ severity }) => severity === 'error')?.summary ?? '';
  if (own === undefined) return resolution.kind === 'none' ? 'fails' : `nothing: ${problem}`;
  switch (own.outcome) {
    case 'refuses':
      return 'refuses';
    case 'another-rule':
      return 'another rule';
    case 'waits':
      return 'fails';
    case 'fails': {
      // Without replicas the split of a service without routes is not known, and the call goes there.
      const [, service] = /^no route names (\S+),/.exec(problem) ?? [];
      return service === undefined ? 'fails' : line(1, service, '', '?');
    }
    case 'follows':
      return resolution.kind === 'forward' ? describeForwarded(resolution) : resolution.kind;
  }
}

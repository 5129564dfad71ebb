import { headOf } from '../call/kinds.js';
import type { PreparedCall } from '../call/prepared-call.js';
import type { IdentityWays } from '../expect/expectation.js';
import type { GatewayPods } from '../routing/gateway-pods.js';
import type { ClusterSource } from '../scenario/cluster-source.js';
import type { ExpectationSource } from '../scenario/expectation-source.js';
import { formatTarget, type Target } from '../scenario/target.js';
import { authorityOf } from './authority.js';

/** What stands for standard input, which one option alone can have, or for what is not known. */
const MANIFEST = 'MANIFEST.yaml';

/**
 * The commands that make the proxy say who answers, with the user's own names.
 *
 * @param source Where the expected split comes from.
 * @param pods The gateway's; null where they are not known.
 */
export function identityWays(
  target: Target,
  call: PreparedCall,
  source: ExpectationSource,
  pods: GatewayPods | null,
): IdentityWays {
  const { sources: files, cluster } =
    source.kind === 'manifests' ? source : { sources: [], cluster: null };
  const named = files.map((file) => (file === '-' || file.startsWith('/dev/') ? MANIFEST : file));
  const root = source.kind === 'manifests' ? source.rootNamespace : undefined;
  const manifests = [
    ...(cluster === null
      ? [...new Set(named.length === 0 ? [MANIFEST] : named)].flatMap((file) => ['-f', file])
      : clusterWords(cluster)),
    ...(root === undefined ? [] : ['--root-namespace', root]),
  ];
  const expected =
    source.kind === 'manifests'
      ? manifests
      : ['--weights', source.weights.map(({ name, weight }) => `${name}=${weight}`).join(',')];
  const { namespace, selector } = pods ?? { namespace: 'NAMESPACE', selector: 'LABELS' };
  const log = ['-n', namespace, '-l', selector, '--tail=0', '--max-log-requests=20'];
  const asked = requestWords(target, call);
  const verify = ['verify', ...asked, ...expected];
  return {
    header: commandLine(['splitproof', 'explain', ...asked, ...manifests, '--instrument']),
    accessLog: `${commandLine(['kubectl', 'logs', '-f', ...log])} | ${commandLine(['splitproof', ...verify, '--identity', 'access-log:-'])}`,
  };
}

function clusterWords({ context, namespace, isOfAll }: ClusterSource): string[] {
  return [
    context === null ? '--kube' : `--kube=${context}`,
    ...(isOfAll ? ['-A'] : []),
    ...(namespace === null ? [] : ['-N', namespace]),
  ];
}

/** Without headers, for they may be secrets. */
function requestWords(target: Target, { name, request }: PreparedCall): string[] {
  const { kind, scheme, authority } = request;
  const { method } = headOf(request);
  const place =
    kind === 'websocket'
      ? [`${scheme === 'http' ? 'ws' : 'wss'}://${formatTarget(target)}${request.path}`]
      : [...(scheme === 'http' ? ['--plaintext'] : []), formatTarget(target)];
  const words =
    kind === 'websocket'
      ? []
      : kind !== 'http'
        ? [...(kind === 'grpc' ? [] : ['--protocol', kind]), name]
        : [...(method === 'GET' ? [] : ['-X', method]), '--path', request.path];
  const isUsual = authority === authorityOf(target, kind, scheme);
  return [...place, ...words, ...(isUsual ? [] : ['--authority', authority])];
}

/** Words as a shell takes them. */
function commandLine(words: readonly string[]): string {
  return words
    .map((word) =>
      /^[\w@%+=:,./[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ');
}

import { headOf } from '../call/kinds.js';
import type { PreparedCall } from '../call/prepared-call.js';
import type { IdentityWays } from '../expect/expectation.js';
import type { GatewayPods } from '../routing/gateway-pods.js';
import type { ExpectationSource } from '../scenario/expectation-source.js';
import { formatTarget, type Target } from '../scenario/target.js';

/** What stands for standard input, which one option alone can have, or for what is not known. */
const MANIFEST = 'MANIFEST.yaml';

/**
 * The commands that make the proxy say who answers, with the user's own names.
 *
 * @param isPlaintext Whether the target is spoken to without TLS.
 * @param source Where the expected split comes from.
 * @param pods The gateway's; null where they are not known.
 */
export function identityWays(
  target: Target,
  call: PreparedCall,
  isPlaintext: boolean,
  source: ExpectationSource,
  pods: GatewayPods | null,
): IdentityWays {
  const files = source.kind === 'manifests' ? source.sources : [];
  const named = files.map((file) => (file === '-' || file.startsWith('/dev/') ? MANIFEST : file));
  const manifests = [...new Set(named.length === 0 ? [MANIFEST] : named)].flatMap((file) => {
    return ['-f', file];
  });
  const expected =
    source.kind === 'manifests'
      ? manifests
      : ['--weights', source.weights.map(({ name, weight }) => `${name}=${weight}`).join(',')];
  const { namespace, selector } = pods ?? { namespace: 'NAMESPACE', selector: 'LABELS' };
  const log = ['-n', namespace, '-l', selector, '--tail=0', '--max-log-requests=20'];
  const place = [...(isPlaintext ? ['--plaintext'] : []), formatTarget(target)];
  const verify = ['verify', ...place, ...callWords(call), ...expected];
  return {
    header: commandLine(['splitproof', 'explain', ...manifests, '--instrument']),
    accessLog: `${commandLine(['kubectl', 'logs', '-f', ...log])} | ${commandLine(['splitproof', ...verify, '--identity', 'access-log:-'])}`,
  };
}

function callWords({ name, request }: PreparedCall): string[] {
  if (request.kind === 'grpc') return [name];
  const { method } = headOf(request);
  return [...(method === 'GET' ? [] : ['-X', method]), '--path', request.path];
}

/** Words as a shell takes them. */
function commandLine(words: readonly string[]): string {
  return words
    .map((word) =>
      /^[\w@%+=:,./[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ');
}

import type { CallCounts } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count } from '../../number-text.js';
import type { ExpectingCall } from '../expectation.js';
import { found } from '../found.js';
import { type TlsClash, type TlsWords, tlsWordsIn } from './tls-words.js';

/** A call as far as the TLS of its hops goes. */
export interface TlsCall extends Pick<ExpectingCall, 'findings' | 'forwards' | 'choosesPerCall'> {
  /** Whether manifests were given that have its route. */
  isConfigured: boolean;
}

interface Seen extends TlsWords {
  /** The most frequent. */
  example: string;
  calls: number;
}

/** Of a text, in a sentence. */
const SHOWN_LENGTH = 200;
/** What this client says around the library's own words. */
const AROUND = /^.*no pod could be connected to: /s;

/**
 * Hops to the pods that fail because the two ends do not agree on TLS, by the words of the end that calls: this client,
 * where it has no proxy, the application that makes the requests, or the proxy before the pods. The findings of the
 * manifests say which two objects contradict each other, and where.
 *
 * @param call What was asked.
 * @param counts What was counted of it.
 */
export function tlsClashFindings(
  call: TlsCall,
  counts: Pick<CallCounts, 'failures' | 'forwards'>,
): Finding[] {
  const { forwards, choosesPerCall } = call;
  const isOwn = forwards === undefined && choosesPerCall === true;
  const seen = new Map<TlsClash, Seen>();
  for (const { text, calls } of textsOf(counts)) {
    const words = tlsWordsIn(text);
    if (words === null) continue;
    // What this client says of its hop to the gateway is of no pod.
    if (words.by === 'client' && forwards === undefined && !isOwn) continue;
    const meant = words.by === 'proxy' ? configuredAs(words, call) : words;
    if (meant === null) continue;
    const known = seen.get(meant.clash);
    if (known === undefined) seen.set(meant.clash, { ...meant, example: text, calls });
    else known.calls += calls;
  }
  return [...seen.values()].map((one) => clashFinding(one, call));
}

/** What failed calls say, the most frequent first; of those that an application made it says why itself. */
function textsOf({
  failures,
  forwards,
}: Pick<CallCounts, 'failures' | 'forwards'>): { text: string; calls: number }[] {
  const own = failures.map(({ cause, count: calls }) => ({ text: cause, calls }));
  const told = (forwards?.failures ?? []).map(({ code, reason, calls }) => ({
    text: code === null ? reason : `${code}: ${reason}`,
    calls,
  }));
  return (told.length > 0 ? told : own).sort((a, b) => b.calls - a.calls);
}

/** Proxies have one text for connections that fail, whatever the cause: without one in the manifests, nothing is meant. */
function configuredAs(words: TlsWords, { findings }: TlsCall): TlsWords | null {
  const has = (code: string): boolean => findings.some((finding) => finding.code === code);
  if (has('mtls-mismatch')) return words;
  return words.clash === 'mtls-to-plaintext' && has('mtls-san-mismatch')
    ? { ...words, clash: 'mtls-san-mismatch' }
    : null;
}

function clashFinding({ clash, by, isCertain, example, calls }: Seen, call: TlsCall): Finding {
  const code = clash === 'mtls-san-mismatch' ? clash : 'mtls-mismatch';
  const causes = call.findings.filter((finding) => finding.code === code);
  const [cause] = causes;
  const isProven = isCertain || cause !== undefined;
  const { what, advice } = SAID[clash];
  const who = whoCalls(by, call);
  const own = example.replace(AROUND, '');
  const words = own.length > SHOWN_LENGTH ? `${own.slice(0, SHOWN_LENGTH)}…` : own;
  const told = causes.map(({ summary }) => `; by the manifests ${summary.replace(/\.$/, '')}`);
  const doubt = call.isConfigured
    ? 'The manifests that were given do not say so: look whether they are what is applied. '
    : '';
  const finding = found('target', {
    code: clash,
    severity: isProven ? 'error' : 'warning',
    summary: `${who} → pod: ${isProven ? '' : 'it looks as if '}${what}`,
    evidence: `${count(calls)} × "${words}"${told.join('')}`,
    advice:
      cause === undefined
        ? `${doubt}${advice}`
        : 'Change one of the two objects, as is said beside them.',
  });
  return { ...finding, place: cause?.place ?? null };
}

function whoCalls(by: TlsWords['by'], { forwards, choosesPerCall }: TlsCall): string {
  if (by === 'proxy') return forwards === undefined ? 'gateway' : 'proxy of the application';
  return choosesPerCall === true && forwards === undefined ? 'this client' : 'the application';
}

const SAID = {
  'mtls-to-plaintext': {
    what: 'mutual TLS is sent, and the pods take plaintext: every handshake fails',
    advice:
      'Give the PeerAuthentication of the pods the mode STRICT, or take tls of mode ISTIO_MUTUAL out of the DestinationRule for their host. gRPC servers without a proxy have no PERMISSIVE: it is plaintext there; and they take mutual TLS only where they are made with xDS credentials.',
  },
  'plaintext-to-mtls': {
    what: 'plaintext is sent, and the pods take mutual TLS alone: they close every connection',
    advice:
      'Add trafficPolicy.tls of mode ISTIO_MUTUAL to a DestinationRule for their host: gRPC clients without a proxy have no auto mTLS, and take it only where they are made with xDS credentials. With PeerAuthentication of mode DISABLE the pods take plaintext. Connections that are closed for another cause look the same.',
  },
  'mtls-san-mismatch': {
    what: 'the certificate of the pods has none of the names that the client is told to expect',
    advice:
      'A certificate of the mesh has one name, spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT: compare the service account of the pods with subjectAltNames of the DestinationRule, and the trust domains of both sides.',
  },
} as const satisfies Record<TlsClash, { what: string; advice: string }>;

/** What the two ends of a hop within the mesh differ in; each is the code of its finding. */
export type TlsClash = 'mtls-to-plaintext' | 'plaintext-to-mtls' | 'mtls-san-mismatch';

/** What an end that calls says where its TLS is not that of the end that is called. */
export interface TlsWords {
  clash: TlsClash;
  /** Who says it: a proxy says the same of much else, and is believed where the configuration has a cause. */
  by: 'client' | 'proxy';
  /** False: other causes have the same words. */
  isCertain: boolean;
}

/** The first that fits is meant. */
const WORDS: readonly (TlsWords & { says: RegExp })[] = [
  {
    // grpc-js, Go, and Python (all of gRPC's C core).
    ...{ clash: 'mtls-san-mismatch', by: 'client', isCertain: true },
    says: /No matching subject alternative name found in certificate|received SANs \{|do not match any of the accepted SANs|SANs from certificate did not match SANs from xDS control plane/,
  },
  {
    // OpenSSL's, in grpc-js, and BoringSSL's, in Python; Go's own.
    ...{ clash: 'mtls-to-plaintext', by: 'client', isCertain: true },
    says: /\bwrong version number\b|\bWRONG_VERSION_NUMBER\b|first record does not look like a TLS handshake/,
  },
  {
    // A server of TLS closes what begins in plaintext, without a word: Go, then Python, then grpc-js.
    ...{ clash: 'plaintext-to-mtls', by: 'client', isCertain: false },
    says: /error reading server preface: (?:EOF|.*connection reset by peer)|(?:^|: )Socket closed$|no pod could be connected to: (?:Failed to connect|(?:Error: )?read ECONNRESET)$/,
  },
  {
    ...{ clash: 'mtls-to-plaintext', by: 'proxy', isCertain: false },
    says: /reset reason: (?:remote )?connection failure\b/,
  },
  {
    ...{ clash: 'plaintext-to-mtls', by: 'proxy', isCertain: false },
    says: /reset reason: connection termination\b/,
  },
];

/**
 * Reads in an error what the TLS of the two ends of a hop differs in.
 * Source: each tried with grpc-js 1.14.7, grpc-go 1.82, grpcio 1.85 and Envoy 1.40, docs/proxyless.md.
 *
 * @param text As a library of gRPC or Envoy says it, whatever stands around it.
 * @returns null where it speaks of something else.
 */
export function tlsWordsIn(text: string): TlsWords | null {
  const found = WORDS.find(({ says }) => says.test(text));
  if (found === undefined) return null;
  const { clash, by, isCertain } = found;
  return { clash, by, isCertain };
}

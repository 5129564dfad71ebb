import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ForwardFailureCounts } from '../../../src/count/counted.js';
import { noForwards } from '../../../src/count/forward-counts.js';
import { type TlsCall, tlsClashFindings } from '../../../src/expect/mtls/tls-clashes.js';
import { tlsWordsIn } from '../../../src/expect/mtls/tls-words.js';
import type { Finding } from '../../../src/finding.js';

const OF_ENVOY =
  'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure';

/** Each: who says it, what, and what it is; with a question mark where other causes have the same words. */
const SAID: [string, string, string | null][] = [
  [
    'grpc-js',
    'no pod could be connected to: Error: 80C8F0F6:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/openssl/ssl/record/ssl3_record.c:354:',
    'mtls-to-plaintext',
  ],
  [
    'Go',
    'connection error: desc = "transport: authentication handshake failed: tls: first record does not look like a TLS handshake"',
    'mtls-to-plaintext',
  ],
  [
    'Python',
    'failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:7070: Ssl handshake failed: SSL_ERROR_SSL: error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER',
    'mtls-to-plaintext',
  ],
  ['Envoy', OF_ENVOY, 'mtls-to-plaintext?'],
  ['grpc-js', 'no pod could be connected to: Failed to connect', 'plaintext-to-mtls?'],
  ['grpc-js', 'no pod could be connected to: Error: read ECONNRESET', 'plaintext-to-mtls?'],
  [
    'Go',
    'max retries exhausted: failed after 3 attempts: connection error: desc = "error reading server preface: EOF"',
    'plaintext-to-mtls?',
  ],
  [
    'Go',
    'connection error: desc = "error reading server preface: read tcp 127.0.0.1->127.0.0.1:7070: read: connection reset by peer"',
    'plaintext-to-mtls?',
  ],
  [
    'Python',
    'failed to connect to all addresses; last error: UNAVAILABLE: ipv4:127.0.0.1:7070: Socket closed',
    'plaintext-to-mtls?',
  ],
  [
    'Envoy',
    'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    'plaintext-to-mtls?',
  ],
  [
    'grpc-js',
    'no pod could be connected to: Error: No matching subject alternative name found in certificate',
    'mtls-san-mismatch',
  ],
  [
    'Go',
    'connection error: desc = "transport: authentication handshake failed: xds: received SANs {DNSNames: [], EmailAddresses: [], IPAddresses: [], URIs: [spiffe://cluster.local/ns/a/sa/b]} do not match any of the accepted SANs"',
    'mtls-san-mismatch',
  ],
  [
    'Python',
    'last error: UNAUTHENTICATED: Hostname Verification Check failed: SANs from certificate did not match SANs from xDS control plane',
    'mtls-san-mismatch',
  ],
  ['grpc-js', 'no pod could be connected to: Error: connect ECONNREFUSED 127.0.0.1:7070', null],
  [
    'Go',
    'connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:7070"',
    null,
  ],
  ['an application', 'Socket closed by the user', null],
  [
    'Envoy',
    'upstream connect error or disconnect/reset before headers. reset reason: overflow',
    null,
  ],
];

describe('what ends that do not agree on TLS say', () => {
  for (const [who, text, clash] of SAID) {
    it(`of ${who} is ${clash ?? 'something else'}: ${text.slice(-60)}`, () => {
      const words = tlsWordsIn(text);
      const read = words === null ? null : `${words.clash}${words.isCertain ? '' : '?'}`;
      assert.equal(read, clash);
      if (words !== null) assert.equal(words.by, who === 'Envoy' ? 'proxy' : 'client');
    });
  }
});

describe('the finding of a hop whose ends do not agree on TLS', () => {
  const MISMATCH = 'DestinationRule a has clients send mutual TLS, and its pods take plaintext.';
  const manifest = (code: string): Finding => ({
    ...{ code, severity: 'error', about: 'manifest', call: null, summary: MISMATCH },
    place: { file: 'rules.yaml', line: 7, column: 1, document: 1, path: 'spec.trafficPolicy.tls' },
    ...{ evidence: '', advice: '' },
  });
  const XDS: TlsCall = { findings: [], choosesPerCall: true, isConfigured: false };
  const FORWARDED: TlsCall = { findings: [], forwards: { url: 'xds:///a:1' }, isConfigured: false };
  const GATEWAY: TlsCall = { findings: [], isConfigured: true };

  const ofCauses = (call: TlsCall, ...causes: string[]): Finding[] =>
    tlsClashFindings(call, {
      failures: causes.map((cause) => ({ status: 14, cause, count: 3 })),
    });
  const ofForwards = (call: TlsCall, failures: ForwardFailureCounts[]): Finding[] =>
    tlsClashFindings(call, {
      failures: [{ status: 2, cause: 'requests had errors; first error: …', count: 3 }],
      forwards: { ...noForwards(), failures },
    });
  const WRONG = 'no pod could be connected to: Error: wrong version number';

  it('names the hop, the words and how often they came', () => {
    const [finding, ...others] = ofCauses(XDS, WRONG, WRONG);
    assert.deepEqual(others, []);
    assert.equal(finding?.code, 'mtls-to-plaintext');
    assert.equal(finding.severity, 'error');
    assert.match(
      finding.summary,
      /^This client → pod: mutual TLS is sent, and the pods take plain/,
    );
    assert.equal(finding.evidence, '6 × "Error: wrong version number"');
    assert.match(finding.advice, /^Give the PeerAuthentication of the pods the mode STRICT/);
  });

  it('has what the manifests say of it, and their place', () => {
    const findings = [manifest('weights'), manifest('mtls-mismatch')];
    const [finding] = ofCauses({ ...XDS, findings, isConfigured: true }, WRONG);
    assert.equal(finding?.place?.line, 7);
    assert.match(finding.evidence, /; by the manifests DestinationRule a has clients send mutual/);
  });

  it('says that manifests have no cause where they have none', () => {
    const [finding] = ofCauses({ ...XDS, isConfigured: true }, WRONG);
    assert.match(finding?.advice ?? '', /^The manifests that were given do not say so/);
    assert.equal(finding?.place, null);
  });

  it('doubts words that have other causes, unless the manifests have this one', () => {
    const closed = 'no pod could be connected to: Failed to connect';
    const [doubted] = ofCauses(XDS, closed);
    assert.equal(doubted?.severity, 'warning');
    assert.match(doubted.summary, /it looks as if plaintext is sent/);
    const [proven] = ofCauses({ ...XDS, findings: [manifest('mtls-mismatch')] }, closed);
    assert.equal(proven?.severity, 'error');
    assert.match(proven.summary, /^This client → pod: plaintext is sent/);
  });

  it('is of the application where that makes the requests', () => {
    const reason = 'connection error: desc = "error reading server preface: EOF"';
    const [finding] = ofForwards(FORWARDED, [
      { code: 'Unavailable', reason, calls: 2, errors: 20 },
    ]);
    assert.equal(finding?.code, 'plaintext-to-mtls');
    assert.match(finding.summary, /^The application → pod: /);
    assert.equal(finding.evidence, `2 × "Unavailable: ${reason}"`);
  });

  it('is believed of a proxy where the manifests have a cause alone', () => {
    assert.deepEqual(ofCauses(GATEWAY, OF_ENVOY), []);
    const codeBy = (code: string): string | undefined =>
      ofCauses({ ...GATEWAY, findings: [manifest(code)] }, OF_ENVOY)[0]?.code;
    assert.equal(codeBy('mtls-mismatch'), 'mtls-to-plaintext');
    assert.equal(codeBy('mtls-san-mismatch'), 'mtls-san-mismatch');
  });

  it('is none of what this client says of a gateway', () => {
    assert.deepEqual(ofCauses(GATEWAY, 'wrong version number'), []);
  });
});

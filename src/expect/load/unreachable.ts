import type { UnreachableAddress } from '../../count/counted.js';
import type { Finding, Setting, SettingKind } from '../../finding.js';
import { atSetting } from '../at-setting.js';
import { found } from '../found.js';
import { NO_REPLICAS, REPLICA_ADVICE, type Replicas } from './replicas.js';

interface Naming {
  code: string;
  summary: string;
  advice: string;
  /** What of the configuration may be the cause; absent: nothing. */
  settings?: readonly SettingKind[];
}

/** By the kind of the error. */
const NAMING = new Map<string, Naming>(
  Object.entries({
    refused: {
      code: 'connection-refused',
      summary: 'Nothing listens at the target.',
      advice: 'Check the address and the port, and that the gateway (or the port-forward) is up.',
    },
    'socket-refused': {
      code: 'connection-refused',
      summary: 'Nothing listens at the target.',
      advice: 'Check the path of the socket, and that the server which makes it is up.',
    },
    unresolvable: {
      code: 'target-unresolvable',
      summary: "The target's name does not resolve.",
      advice: 'Check the spelling and the DNS of this machine.',
    },
    http1: {
      code: 'protocol-mismatch',
      settings: ['gateway-protocol'],
      summary: 'The target speaks HTTP/1.1, and HTTP/2 was spoken to it.',
      advice:
        'Check the port, and that the Gateway server or the Service port is declared GRPC or HTTP2; plain HTTP goes without --http-version 2, too.',
    },
    'not-http2': {
      code: 'protocol-mismatch',
      settings: ['gateway-protocol'],
      summary: 'The target does not speak HTTP/2.',
      advice: 'Check the port: another protocol answers there.',
    },
    'alpn-not-h2': {
      code: 'alpn-not-h2',
      settings: ['gateway-protocol'],
      summary: 'TLS succeeded, but the target did not agree to HTTP/2.',
      advice:
        'Let the gateway offer h2 in ALPN (Istio: a server with protocol HTTPS does); plain HTTP goes with --http-version 1.1, too.',
    },
    'alpn-not-http1': {
      code: 'alpn-not-http1',
      settings: ['gateway-protocol'],
      summary: 'The target does not agree to HTTP/1.1.',
      advice: 'Send the requests with --http-version 2, or let the gateway offer http/1.1 in ALPN.',
    },
    'tls-on-plaintext-port': {
      code: 'tls-on-plaintext-port',
      settings: ['gateway-protocol'],
      summary: 'TLS was spoken to a port that speaks plaintext.',
      advice: 'Write http:// (ws:// for wss://), or add --plaintext; or use the TLS port.',
    },
    'plaintext-on-tls-port': {
      code: 'plaintext-on-tls-port',
      settings: ['gateway-protocol'],
      summary: 'Plaintext was spoken to a port that speaks TLS.',
      advice:
        'Write https:// (wss:// for ws://), or drop --plaintext; for a private authority add --cacert FILE.',
    },
    'certificate-expired': {
      code: 'certificate-expired',
      settings: ['gateway-certificate'],
      summary: "The target's certificate has expired.",
      advice:
        'Renew it where the gateway has it from (Istio: the Secret of credentialName), and look why nothing did so by itself (cert-manager); until then --skip-verify goes on without the check.',
    },
    'certificate-not-yet-valid': {
      code: 'certificate-not-yet-valid',
      settings: ['gateway-certificate'],
      summary: "The target's certificate is not valid yet.",
      advice:
        'Compare the clock of this machine, and of that which signed it, with its first day; until then --skip-verify goes on without the check.',
    },
    'certificate-wrong-name': {
      code: 'certificate-wrong-name',
      settings: ['gateway-certificate'],
      summary: "The target's certificate is for other names than the one asked for.",
      advice:
        "Ask for one of its names with --authority (or --servername alone), or let the certificate have the gateway's host; --skip-verify goes on without the check.",
    },
    'certificate-self-signed': {
      code: 'certificate-self-signed',
      settings: ['gateway-certificate'],
      summary: "The target's certificate is signed by itself.",
      advice:
        'Where it is meant to be so, trust it with --cacert FILE, or go on without the check with --skip-verify; else give the gateway one that an authority has signed.',
    },
    'certificate-unknown-authority': {
      code: 'certificate-unknown-authority',
      settings: ['gateway-certificate'],
      summary: "The target's certificate is from an authority that is not trusted here.",
      advice:
        'Give the authority with --cacert FILE, or go on without the check with --skip-verify; where it is trusted, let the gateway send the certificates between it and its own.',
    },
    certificate: {
      code: 'certificate-not-trusted',
      settings: ['gateway-certificate'],
      summary: "The target's certificate does not verify.",
      advice:
        'Look at the certificate and those that signed it with openssl s_client -showcerts; a private authority is given with --cacert FILE, and --skip-verify goes on without the check.',
    },
    'client-certificate-wanted': {
      code: 'client-certificate-wanted',
      settings: ['gateway-tls-mode'],
      summary: 'The target wants a client certificate, and none was given.',
      advice:
        'Give one with --cert and --key (the gateway server has mode MUTUAL), or take a server of mode SIMPLE.',
    },
    'client-certificate-refused': {
      code: 'client-certificate-refused',
      settings: ['gateway-certificate'],
      summary: 'The target refuses the client certificate.',
      advice:
        'Give one with --cert and --key that the authority of the gateway has signed (ca.crt of its credentialName), and that is valid today.',
    },
    'tls-version': {
      code: 'tls-version-mismatch',
      settings: ['gateway-tls-versions'],
      summary: 'The target and this side have no version of TLS in common.',
      advice:
        "Check --tls-min and --tls-max, and the gateway server's tls.minProtocolVersion and maxProtocolVersion.",
    },
    'tls-cipher': {
      code: 'tls-cipher-mismatch',
      settings: ['gateway-ciphers'],
      summary: 'The target and this side have no cipher in common.',
      advice:
        "Check the gateway server's tls.cipherSuites, and that its key is of a kind they take.",
    },
    'server-name': {
      code: 'server-name-unknown',
      settings: ['gateway-hosts'],
      summary: 'The target has no certificate for the name it was asked for.',
      advice: 'Ask for one of the hosts of the Gateway with --authority (or --servername alone).',
    },
    'tls-closed': {
      code: 'tls-handshake-closed',
      settings: ['gateway-hosts'],
      summary: 'The target closes the connection during the TLS handshake, without a word.',
      advice:
        "Gateways do so for a name that none of their servers' hosts has: ask for one with --authority (or --servername); and where the Secret of credentialName is missing or in another namespace than the gateway's pods.",
    },
    tls: {
      code: 'tls-handshake-failed',
      settings: ['gateway-tls-mode'],
      summary: 'The TLS handshake with the target failed.',
      advice: 'Look at what the target says with openssl s_client -connect HOST:PORT -alpn h2.',
    },
    'control-plane': {
      code: 'control-plane-unreachable',
      summary: 'The control plane that says where the pods are could not be asked.',
      advice:
        'Check its address (--xds-server, or server_uri of the bootstrap), and that it serves discovery in plaintext there.',
    },
    'xds-missing': {
      code: 'xds-resource-missing',
      summary: 'The control plane does not tell how the target is called.',
      advice:
        'Clients of gRPC wait for it until their deadlines, and say no more than "waiting for name resolution".',
    },
    'xds-refused': {
      code: 'xds-resource-refused',
      summary: 'What the control plane tells cannot be used by this client.',
      advice:
        'Other clients may take it: explain --via proxyless says what each makes of the manifests.',
    },
    credentials: {
      code: 'credentials-unusable',
      summary: 'The given certificates cannot be used.',
      advice: 'Check the PEM files of --cacert, --cert and --key.',
    },
  }),
);

const OTHERWISE: Naming = {
  code: 'target-unreachable',
  summary: 'The target could not be reached.',
  advice: 'Check the address, routes and firewalls, and that the gateway is up.',
};

/**
 * Names why an address of the target cannot be loaded, where none of them can.
 *
 * @param settings Of the configuration of the calls.
 * @param replicas Pods of the gateway, where they are loaded one by one.
 */
export function unreachableFinding(
  { kind, message, address }: UnreachableAddress,
  settings: readonly Setting[],
  replicas: Replicas = NO_REPLICAS,
): Finding {
  const { code, summary, advice: usual, settings: kinds = [] } = NAMING.get(kind) ?? OTHERWISE;
  const pod = replicas.get(address);
  const evidence = pod === undefined ? message : `${pod}: ${message}`;
  const isAway = pod !== undefined && (kind === 'refused' || !NAMING.has(kind));
  const advice = isAway ? REPLICA_ADVICE : usual;
  const sight = { code, severity: 'error', summary, evidence, advice } as const;
  return atSetting(found('target', sight), kinds, settings);
}

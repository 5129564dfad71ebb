import { describeObject } from '../../manifest/manifest-object.js';
import type { ServerMode } from './server-mode.js';
import { type PodProxy, type ServerPods, TLS_MODE_LABEL } from './server-pods.js';
import type { Sent } from './transport.js';

/** What is sent is not what is taken. */
export interface Clash {
  /** Equal where the same settings clash. */
  key: readonly unknown[];
  sent: Sent;
  server: ServerMode;
  /** Of the namespace. */
  wide: ServerMode;
  proxy: Exclude<PodProxy, 'unknown' | 'ambient'>;
  pods: ServerPods;
  host: string;
  client: 'proxy' | 'proxyless';
  /** What the pods may have as well, with which it would fit; `null`: nothing. */
  unless: PodProxy | null;
}

/** In one sentence: both sides with the objects that make them so, what comes of it, and what to do. */
export function clashText(clash: Clash, names: readonly string[]): string {
  const { sent, unless } = clash;
  const end = sent.as === 'plaintext' ? 'every call fails' : 'every handshake fails';
  const unknown =
    unless === null
      ? ''
      : ` (unless the pods have ${unless === 'sidecar' ? 'a sidecar' : 'no proxy'}: give their workloads and their Namespace with -f)`;
  return `${clientText(clash, names.join(' and '))}, and ${serverText(clash)}: ${end}${unknown}; ${adviceFor(clash)}`;
}

function clientText({ sent, wide, client, host }: Clash, names: string): string {
  const { tls, rule, because } = sent;
  if (tls !== null && rule !== null) {
    const { mode } = tls;
    if (client === 'proxyless' && (mode === 'SIMPLE' || mode === 'MUTUAL'))
      return `${describeObject(rule)} has tls of mode ${mode} for ${names}, which Istio gives no gRPC client: without a proxy they send plaintext`;
    return `${describeObject(rule)} has clients send ${WHAT[sent.as]} to ${names} (tls of mode ${mode})`;
  }
  if (sent.as === 'mtls')
    return `proxies send mutual TLS to ${names}, for its pods have the label ${TLS_MODE_LABEL}: istio`;
  if (client === 'proxyless')
    return `gRPC clients without a proxy send plaintext to ${names}: no DestinationRule for ${host} has tls of mode ISTIO_MUTUAL`;
  if (because === 'namespace' && wide.by !== null)
    return `proxies send plaintext to ${names}: ${describeObject(wide.by)} has the mode ${wide.mode} for its namespace`;
  return `proxies send plaintext to ${names}: its pods have no label ${TLS_MODE_LABEL}: istio`;
}

const WHAT = {
  mtls: 'mutual TLS',
  plaintext: 'plaintext',
  simple: 'TLS without a certificate of their own',
  'own-tls': 'TLS',
} as const satisfies Record<Sent['as'], string>;

function serverText({ sent, server, proxy, pods }: Clash): string {
  const { by, mode } = server;
  if (proxy === 'none') return `its pods have no proxy that speaks the mesh's TLS`;
  const what = sent.as === 'mtls' ? 'take plaintext alone' : 'take mutual TLS alone';
  const told =
    by === null
      ? `no PeerAuthentication holds for them, so that the mode is ${mode}`
      : `${describeObject(by)} has the mode ${mode}`;
  const how =
    mode !== 'PERMISSIVE'
      ? ''
      : pods.labels[TLS_MODE_LABEL] === 'istio'
        ? `, which with the label ${TLS_MODE_LABEL}: istio is STRICT for gRPC servers without a proxy`
        : ', which for gRPC servers without a proxy is plaintext';
  return `its pods ${what} (${told}${how})`;
}

function adviceFor({ sent, server, proxy, client, host }: Clash): string {
  if (sent.as === 'mtls') {
    if (proxy === 'none')
      return sent.rule === null
        ? 'take the label from the pods'
        : 'have a sidecar injected into the pods, or take the tls out of the DestinationRule';
    return server.by === null
      ? 'add a PeerAuthentication of mode STRICT for these pods, or take the tls out of the DestinationRule'
      : `give ${server.by.kind} ${server.by.name} the mode STRICT, or take the tls out of the DestinationRule`;
  }
  if (sent.rule !== null) return `give DestinationRule ${sent.rule.name} the mode ISTIO_MUTUAL`;
  if (client === 'proxyless')
    return `add tls of mode ISTIO_MUTUAL to a DestinationRule for ${host}: gRPC clients have no auto mTLS`;
  if (sent.because === 'namespace')
    return `add tls of mode ISTIO_MUTUAL to a DestinationRule for ${host}, or leave DISABLE to single workloads`;
  return `label the pods ${TLS_MODE_LABEL}: istio, or add tls of mode ISTIO_MUTUAL to a DestinationRule for ${host}`;
}

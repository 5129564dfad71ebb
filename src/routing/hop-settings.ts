import { placeOf, type Setting, type SettingKind } from '../finding.js';
import type { ChosenRoute } from './chosen-route.js';
import { destinationRulesOf, type RuleClient } from './istio/rules-in-sight.js';
import { settingsFor } from './istio/traffic-settings.js';
import { upstreamVersion } from './istio/upstream-http.js';
import type { ServicePort } from './kubernetes/service.js';
import type { ManifestSet } from './manifest-set.js';
import type { ManifestNode } from './manifest/manifest-node.js';
import type { PathStep } from './manifest/source-document.js';
import type { ExpectedDestination } from './route-split.js';
import { serviceHost } from './service-registry.js';

type Path = readonly PathStep[];

/** Of a Gateway's server, else of a listener of the Gateway API: the first of the paths that is there. */
const OF_LISTENER: Readonly<Partial<Record<SettingKind, readonly Path[]>>> = {
  'gateway-protocol': [['port', 'protocol'], ['protocol']],
  'gateway-tls-mode': [['tls', 'mode'], ['tls']],
  'gateway-certificate': [['tls', 'credentialName'], ['tls', 'certificateRefs'], ['tls']],
  'gateway-tls-versions': [['tls', 'minProtocolVersion'], ['tls', 'maxProtocolVersion'], ['tls']],
  'gateway-ciphers': [['tls', 'cipherSuites'], ['tls']],
  'gateway-hosts': [['hosts'], ['hostname']],
};

const OF_ROUTE: readonly Path[] = [['timeout'], ['timeouts'], ['retries', 'perTryTimeout'], []];

/**
 * What of the manifests settles how the hops of a request are spoken on, and where it stands: the server that
 * takes it, the timeout of its rule, and for each destination what the DestinationRule that counts and the port of
 * the Service say.
 */
export function hopSettings(
  set: ManifestSet,
  { listener, matched, clientNamespace }: ChosenRoute,
  destinations: readonly ExpectedDestination[],
): Setting[] {
  const client = { namespace: clientNamespace, labels: matched?.context.source?.labels ?? null };
  // The ingress controller asks its annotations, and no port, for the protocol.
  const isByPort = matched?.object.kind !== 'Ingress';
  const all = [
    ...(listener === undefined ? [] : ofListener(listener)),
    ...(matched === null ? [] : firstOf('route-timeout', matched.rule.node, OF_ROUTE)),
    ...destinations.flatMap((destination) => [
      ...ofRules(set, destination, client),
      ...(isByPort ? ofServicePort(set, destination) : []),
    ]),
  ];
  // Destinations share hosts and ports.
  return [...new Map(all.map((setting) => [JSON.stringify(setting), setting])).values()];
}

function ofListener(node: ManifestNode): Setting[] {
  return Object.entries(OF_LISTENER).flatMap(([kind, paths]) =>
    firstOf(kind as SettingKind, node, paths),
  );
}

function firstOf(kind: SettingKind, node: ManifestNode, paths: readonly Path[]): Setting[] {
  const path = paths.find((steps) => !node.at(steps).absent);
  return path === undefined ? [] : settingAt(kind, node.at(path), path.at(-1));
}

function settingAt(kind: SettingKind, node: ManifestNode, key: PathStep | undefined): Setting[] {
  const place = placeOf(node.place());
  return place === null ? [] : [{ kind, text: textOf(node, key), place }];
}

/** `protocol: HTTP2`; of a block, its name alone. */
function textOf({ value }: ManifestNode, key: PathStep | undefined): string {
  if (key === undefined) return 'the rule';
  const isPlain = typeof value !== 'object' || (Array.isArray(value) && value.every(isText));
  return isPlain ? `${key}: ${[value].flat().join(', ')}` : String(key);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** What holds for the destination of its DestinationRules. */
function ofRules(
  set: ManifestSet,
  { host, subset, port }: ExpectedDestination,
  client: RuleClient,
): Setting[] {
  const { rules } = destinationRulesOf(set, host, client);
  const { connectionPool: pool, tls } = settingsFor(rules, subset, port);
  return [
    ...(pool === null ? [] : ofPool(pool)),
    ...(tls === null ? [] : firstOf('upstream-tls', tls.node, [['mode'], []])),
  ];
}

const VERSION_KEYS = { http2: 'h2UpgradePolicy', 'as-client': 'useClientProtocol' } as const;

function ofPool(pool: ManifestNode): Setting[] {
  const version = upstreamVersion(pool);
  const http = pool.field('http');
  return [
    ...(version === null ? [] : firstOf('upstream-version', http, [[VERSION_KEYS[version]]])),
    ...firstOf('connection-pool', pool, [['http'], ['tcp']]),
  ];
}

function ofServicePort(set: ManifestSet, { host, port }: ExpectedDestination): Setting[] {
  return set.services
    .filter((service) => serviceHost(service) === host)
    .flatMap(({ ports }) => ports.filter((own) => own.port === port))
    .flatMap((own): Setting[] => {
      const place = placeOf(own.node.place());
      return place === null ? [] : [{ kind: 'service-port', text: portText(own), place }];
    });
}

function portText({ port, name, appProtocol }: ServicePort): string {
  const named = name === null ? 'without a name' : `named ${name}`;
  return `port ${port} ${named}${appProtocol === null ? '' : `, appProtocol: ${appProtocol}`}`;
}

import type { Condition, MatchEntry } from '../condition.js';
import { NO_EFFECTS } from '../effects.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import type { Rule } from '../rule.js';
import { readBackends } from './http-rule.js';

/**
 * Reads one entry of `spec.tls`: which connections it takes by their server name.
 * Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSRoute
 * @throws InputError when it takes none: Istio's webhook refuses it (istio/istio
 *   pkg/config/validation/validation.go, validateTLSRoute).
 */
export function readTlsRule(node: ManifestNode, index: number): Rule {
  const entries = node
    .field('match')
    .items()
    .map((match) => readMatch(match, readServerNames(match)));
  if (entries.length === 0)
    throw node.error(
      'Istio refuses it: a tls rule takes connections by their server names: give it match with sniHosts',
    );
  return connectionRule(node, `tls[${index}]`, entries);
}

/**
 * Reads one entry of `spec.tcp`; without `match` it takes every connection.
 * Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#TCPRoute
 */
export function readTcpRule(node: ManifestNode, index: number): Rule {
  const entries = node
    .field('match')
    .items()
    .map((match) => readMatch(match, []));
  return connectionRule(node, `tcp[${index}]`, entries.length === 0 ? [ANY_CONNECTION] : entries);
}

/** What rules for connections have where they say nothing. */
export const ANY_CONNECTION: MatchEntry = { conditions: [{ on: 'connection' }] };

function connectionRule(node: ManifestNode, label: string, entries: readonly MatchEntry[]): Rule {
  return {
    label,
    name: null,
    entries,
    action: { kind: 'forward', backends: readBackends(node.field('route')) },
    preflights: null,
    effects: NO_EFFECTS,
    node,
  };
}

function readMatch(node: ManifestNode, before: readonly Condition[]): MatchEntry {
  const conditions = [...before];
  const port = node.field('port').optionalInteger() ?? 0;
  if (port !== 0) conditions.push({ on: 'port', port });
  const gateways = node.field('gateways').strings();
  if (gateways.length > 0) conditions.push({ on: 'gateway', names: gateways });
  const labels = node.field('sourceLabels').customStringMap();
  if (Object.keys(labels).length > 0) conditions.push({ on: 'source-labels', labels });
  const namespace = node.field('sourceNamespace').optionalString() ?? '';
  if (namespace !== '') conditions.push({ on: 'source-namespace', namespace });
  const subnets = node.field('destinationSubnets').strings();
  if (subnets.length > 0) conditions.push({ on: 'destination-subnets', subnets });
  return conditions.length === 0 ? ANY_CONNECTION : { conditions };
}

function readServerNames(node: ManifestNode): Condition[] {
  const names = node
    .field('sniHosts')
    .strings()
    .map((name) => name.toLowerCase());
  if (names.length === 0)
    throw node.error('Istio refuses it: a match of a tls rule needs sniHosts');
  return [{ on: 'server-name', names }];
}

import type { ManifestNode } from '../manifest/manifest-node.js';
import { describeRedirect } from '../redirect.js';
import type { Backend, Rule, RuleAction } from '../rule.js';
import { unknownFields } from '../unknown-fields.js';
import type { Finding } from '../../finding.js';
import { readCorsPolicy } from './cors-policy.js';
import { MIRROR_PERCENT, readHttpEffects } from './http-effects.js';
import { readHttpMatch } from './http-match.js';

const HTTP_ROUTE_FIELDS = [
  'name',
  'match',
  'route',
  'redirect',
  'directResponse',
  'delegate',
  'rewrite',
  'timeout',
  'retries',
  'fault',
  'mirror',
  'mirrors',
  ...MIRROR_PERCENT,
  'mirrorPercentage',
  'corsPolicy',
  'headers',
];

/** Reads one entry of `spec.http`. */
export function readHttpRule(node: ManifestNode, index: number, findings: Finding[]): Rule {
  findings.push(...unknownFields(node, HTTP_ROUTE_FIELDS));
  const name = node.field('name').optionalString();
  return {
    label: name ?? `http[${index}]`,
    name,
    entries: node
      .field('match')
      .items()
      .map((match) => readHttpMatch(match, findings)),
    action: readAction(node, findings),
    preflights: readCorsPolicy(node.field('corsPolicy'), findings),
    effects: readHttpEffects(node),
    node,
  };
}

function readAction(node: ManifestNode, findings: Finding[]): RuleAction {
  const actions = ['route', 'redirect', 'directResponse', 'delegate'].filter(
    (name) => !node.field(name).absent,
  );
  const [kind] = actions;
  if (kind === undefined)
    throw node.error(
      'the rule says nothing to do: give it route, redirect, directResponse or delegate',
    );
  if (actions.length > 1)
    throw node.error(`a rule does one thing, and this one has ${actions.join(' and ')}`);
  const action = node.field(kind);
  switch (kind) {
    case 'redirect':
      return { kind: 'redirect', to: readRedirect(action) };
    case 'directResponse':
      return { kind: 'direct-response', status: action.field('status').optionalInteger() ?? 0 };
    case 'delegate':
      return {
        kind: 'delegate',
        name: action.field('name').string(),
        namespace: action.field('namespace').optionalString(),
      };
    default:
      return { kind: 'forward', backends: readBackends(action, findings) };
  }
}

function readBackends(node: ManifestNode, findings: Finding[]): Backend[] {
  const backends = node.items().map((item) => readBackend(item, findings));
  if (backends.length === 0) throw node.error('the list of destinations is empty');
  const total = backends.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  if (backends.length > 1 && total === 0) {
    const none = backends.every(({ weight }) => weight === null);
    throw node.error(
      none
        ? `none of the ${backends.length} destinations has a weight: give each one`
        : 'the weights are all zero: no destination gets traffic',
    );
  }
  return backends;
}

function readBackend(node: ManifestNode, findings: Finding[]): Backend {
  findings.push(
    ...unknownFields(node, ['destination', 'weight', 'headers']),
    ...unknownFields(node.field('destination'), ['host', 'subset', 'port']),
  );
  const destination = node.field('destination');
  const weight = node.field('weight').optionalInteger();
  if (weight !== null && weight < 0)
    throw node.field('weight').error(`must not be negative, and is ${weight}`);
  return {
    host: destination.field('host').string(),
    subset: destination.field('subset').optionalString(),
    port: destination.field('port').field('number').optionalInteger(),
    weight,
    node,
  };
}

function readRedirect(node: ManifestNode): string {
  return describeRedirect({
    scheme: node.field('scheme').optionalString(),
    authority: node.field('authority').optionalString(),
    port: node.field('port').optionalInteger(),
    path: node.field('uri').optionalString(),
    status: node.field('redirectCode').optionalInteger() ?? 301,
  });
}

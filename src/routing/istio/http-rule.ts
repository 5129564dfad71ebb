import { counted } from '../../number-text.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { describeRedirect } from '../redirect.js';
import type { Backend, Rule, RuleAction } from '../rule.js';
import { readCorsPolicy } from './cors-policy.js';
import { readHttpEffects } from './http-effects.js';
import { readHttpMatch } from './http-match.js';

/** Reads one entry of `spec.http`. */
export function readHttpRule(node: ManifestNode, index: number): Rule {
  const name = node.field('name').optionalString();
  return {
    label: name ?? `http[${index}]`,
    name,
    entries: node.field('match').items().map(readHttpMatch),
    action: readAction(node),
    preflights: readCorsPolicy(node.field('corsPolicy')),
    effects: readHttpEffects(node),
    node,
  };
}

function readAction(node: ManifestNode): RuleAction {
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
      return { kind: 'forward', backends: readBackends(action) };
  }
}

/**
 * Reads the weighted destinations of a rule, of whatever layer.
 * @throws InputError when there is none, or no weights say how they share.
 */
export function readBackends(node: ManifestNode): Backend[] {
  const backends = node.items().map(readBackend);
  if (backends.length === 0) throw node.error('the list of destinations is empty');
  const total = backends.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  if (backends.length > 1 && total === 0) {
    const none = backends.every(({ weight }) => weight === null);
    throw node.error(
      none
        ? `none of the ${counted(backends.length, 'destination')} has a weight: give each one`
        : 'the weights are all zero: no destination gets traffic',
    );
  }
  return backends;
}

function readBackend(node: ManifestNode): Backend {
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

/** Source: istio/istio pilot/pkg/networking/core/route/route.go, ApplyRedirect (derivePort). */
function readRedirect(node: ManifestNode): string {
  const derivesPort = node.field('derivePort').optionalString() === 'FROM_REQUEST_PORT';
  return describeRedirect({
    scheme: node.field('scheme').optionalString(),
    authority: node.field('authority').optionalString(),
    port: derivesPort ? 'listener' : node.field('port').optionalInteger(),
    path: node.field('uri').optionalString(),
    status: node.field('redirectCode').optionalInteger() ?? 301,
  });
}

import type { Condition, MatchEntry } from '../condition.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { readRegex, type StringMatch } from '../string-match.js';

/**
 * Reads one entry of `http[].match`; all its conditions must hold.
 * Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
export function readHttpMatch(node: ManifestNode): MatchEntry {
  const conditions: Condition[] = [];
  const port = node.field('port').optionalInteger();
  if (port !== null) conditions.push({ on: 'port', port });

  const gateways = node.field('gateways').strings();
  if (gateways.length > 0) conditions.push({ on: 'gateway', names: gateways });
  conditions.push(...readSource(node));

  const uri = readStringMatch(node.field('uri'));
  const ignoreCase = node.field('ignoreUriCase').boolean();
  if (uri !== null) conditions.push({ on: 'path', match: uri, ignoreCase });
  for (const on of ['method', 'scheme', 'authority'] as const) {
    const match = readStringMatch(node.field(on));
    if (match !== null) conditions.push({ on, match });
  }
  for (const [name, field] of node.field('headers').fields())
    conditions.push(readHeader(name, field, false));
  for (const [name, field] of node.field('withoutHeaders').fields())
    conditions.push(readHeader(name, field, true));
  for (const [name, field] of node.field('queryParams').fields())
    conditions.push({ on: 'query', name, match: readStringMatch(field) ?? { kind: 'present' } });
  return { conditions };
}

/** Of the client; they count only where no gateways are named, which a rule that delegates may do. */
function readSource(node: ManifestNode): Condition[] {
  const conditions: Condition[] = [];
  const labels = node.field('sourceLabels').customStringMap();
  if (Object.keys(labels).length > 0) conditions.push({ on: 'source-labels', labels });
  const namespace = node.field('sourceNamespace').optionalString();
  if (namespace !== null && namespace !== '')
    conditions.push({ on: 'source-namespace', namespace });
  return conditions;
}

function readHeader(name: string, node: ManifestNode, negated: boolean): Condition {
  if (name.startsWith('@request.auth.claims'))
    return { on: 'unknowable', what: `the JWT claim ${name}` };
  const match = readStringMatch(node) ?? { kind: 'present' };
  return {
    on: 'header',
    name: name.toLowerCase(),
    match,
    negated,
    // Istio sets Envoy's treat_missing_header_as_empty on withoutHeaders that compare a value.
    missingIsEmpty: negated && match.kind !== 'present',
  };
}

/**
 * A StringMatch: exact, prefix or regex. An empty one, and the regex `*`, ask for presence only
 * (Istio's canBeConvertedToPresentMatch).
 */
export function readStringMatch(node: ManifestNode): StringMatch | null {
  if (node.absent) return null;
  const given = node.fields().filter(([, field]) => !field.absent);
  const [first, ...others] = given;
  if (first === undefined) return { kind: 'present' };
  const [kind, field] = first;
  if (others.length > 0)
    throw node.error(
      `a match is one of exact, prefix and regex, not ${given.map(([name]) => name).join(' and ')}`,
    );
  switch (kind) {
    case 'exact':
    case 'prefix':
      return { kind, value: field.string() };
    case 'regex':
      return field.value === '*' ? { kind: 'present' } : readRegex(field);
    default:
      throw field.error(`a match is one of exact, prefix and regex, not ${kind}`);
  }
}

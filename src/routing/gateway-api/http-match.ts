import type { Condition, MatchEntry } from '../condition.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { readRegex, type StringMatch } from '../string-match.js';

/**
 * Reads one entry of an HTTPRoute's `matches`; all its conditions must hold.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch
 */
export function readHttpRouteMatch(node: ManifestNode): MatchEntry {
  const conditions: Condition[] = [];
  const path = readPath(node.field('path'));
  if (path !== null) conditions.push(path);
  const method = node.field('method').optionalString();
  if (method !== null) conditions.push({ on: 'method', match: { kind: 'exact', value: method } });
  conditions.push(...readHeaders(node.field('headers')));
  for (const [name, match] of readValues(node.field('queryParams')))
    conditions.push({ on: 'query', name, match });
  return { conditions };
}

/** Header matches of both kinds of routes; of several with one name only the first counts. */
export function readHeaders(node: ManifestNode): Condition[] {
  const seen = new Set<string>();
  return readValues(node).flatMap(([given, match]): Condition[] => {
    const name = given.toLowerCase();
    if (seen.has(name)) return [];
    seen.add(name);
    return [{ on: 'header', name, match, negated: false, missingIsEmpty: false }];
  });
}

/** A value with its `type`: Exact unless it says RegularExpression. */
export function readTypedValue(type: ManifestNode, value: ManifestNode): StringMatch {
  const kind = type.optionalString() ?? 'Exact';
  if (kind === 'Exact') return { kind: 'exact', value: value.string() };
  if (kind === 'RegularExpression') return readRegex(value);
  throw type.error(`must be Exact or RegularExpression, not ${kind}`);
}

/** `/` and every path below: a prefix counts in whole segments, a trailing slash does not matter. */
function readPath(node: ManifestNode): Condition | null {
  if (node.absent) return null;
  const type = node.field('type').optionalString() ?? 'PathPrefix';
  const value = node.field('value');
  const text = value.optionalString() ?? '/';
  if (type === 'RegularExpression')
    return { on: 'path', match: readRegex(value), ignoreCase: false };
  if (!text.startsWith('/')) throw value.error('a path begins with /');
  if (type === 'Exact')
    return { on: 'path', match: { kind: 'exact', value: text }, ignoreCase: false };
  if (type === 'PathPrefix')
    return { on: 'path-segments', prefix: text.replace(/\/+$/, ''), ignoreCase: false };
  throw node.field('type').error(`must be Exact, PathPrefix or RegularExpression, not ${type}`);
}

function readValues(node: ManifestNode): [string, StringMatch][] {
  return node
    .items()
    .map((item) => [
      item.field('name').string(),
      readTypedValue(item.field('type'), item.field('value')),
    ]);
}

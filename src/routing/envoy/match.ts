import type { Condition } from '../condition.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { readRegex, type StringMatch } from '../string-match.js';
import { pick } from './pick-field.js';

/** Reads the `match` of a route; all its conditions must hold. */
export function readEnvoyMatch(node: ManifestNode): Condition[] {
  const conditions: Condition[] = [];
  const caseSensitive = pick(node, 'case_sensitive', 'caseSensitive');
  const ignoreCase = caseSensitive.value === false;
  const path = readPath(node, ignoreCase);
  if (path !== null) conditions.push(path);
  for (const header of node.field('headers').items()) conditions.push(readHeader(header));
  for (const parameter of pick(node, 'query_parameters', 'queryParameters').items())
    conditions.push({
      on: 'query',
      name: parameter.field('name').string(),
      match: readMatcher(pick(parameter, 'string_match', 'stringMatch')) ?? { kind: 'present' },
    });
  if (!node.field('grpc').absent)
    conditions.push({
      on: 'header',
      name: 'content-type',
      match: { kind: 'prefix', value: 'application/grpc' },
      negated: false,
      missingIsEmpty: false,
    });
  for (const [snake, camel] of [
    ['dynamic_metadata', 'dynamicMetadata'],
    ['tls_context', 'tlsContext'],
    ['connect_matcher', 'connectMatcher'],
    ['path_match_policy', 'pathMatchPolicy'],
    ['filter_state', 'filterState'],
  ] as const) {
    if (!pick(node, snake, camel).absent) conditions.push({ on: 'unknowable', what: snake });
  }
  return conditions;
}

function readPath(node: ManifestNode, ignoreCase: boolean): Condition | null {
  const prefix = node.field('prefix').optionalString();
  if (prefix !== null) return { on: 'path', match: { kind: 'prefix', value: prefix }, ignoreCase };
  const path = node.field('path').optionalString();
  if (path !== null) return { on: 'path', match: { kind: 'exact', value: path }, ignoreCase };
  const separated = pick(node, 'path_separated_prefix', 'pathSeparatedPrefix').optionalString();
  if (separated !== null) return { on: 'path-segments', prefix: separated, ignoreCase };
  const regex = pick(node, 'safe_regex', 'safeRegex');
  if (!regex.absent)
    return { on: 'path', match: readRegex(regex.field('regex')), ignoreCase: false };
  return null;
}

function readHeader(node: ManifestNode): Condition {
  const name = node.field('name').string().toLowerCase();
  const match = readHeaderMatch(node);
  if (match === null) return { on: 'unknowable', what: `the matcher of the header ${name}` };
  return {
    on: 'header',
    name,
    match,
    negated: pick(node, 'invert_match', 'invertMatch').boolean(),
    missingIsEmpty: pick(
      node,
      'treat_missing_header_as_empty',
      'treatMissingHeaderAsEmpty',
    ).boolean(),
  };
}

function readHeaderMatch(node: ManifestNode): StringMatch | null {
  const present = pick(node, 'present_match', 'presentMatch');
  if (!present.absent) return present.value === false ? null : { kind: 'present' };
  const matcher = pick(node, 'string_match', 'stringMatch');
  if (!matcher.absent) return readMatcher(matcher);
  for (const kind of ['exact', 'prefix', 'suffix', 'contains'] as const) {
    const value = pick(node, `${kind}_match`, `${kind}Match`).optionalString();
    if (value !== null) return { kind, value };
  }
  const regex = pick(node, 'safe_regex_match', 'safeRegexMatch');
  if (!regex.absent) return readRegex(regex.field('regex'));
  if (!pick(node, 'range_match', 'rangeMatch').absent) return null;
  return { kind: 'present' };
}

/** A StringMatcher; `null` for one that is not modelled. */
export function readMatcher(node: ManifestNode): StringMatch | null {
  if (node.absent || pick(node, 'ignore_case', 'ignoreCase').boolean()) return null;
  for (const kind of ['exact', 'prefix', 'suffix', 'contains'] as const) {
    const value = node.field(kind).optionalString();
    if (value !== null) return { kind, value };
  }
  const regex = pick(node, 'safe_regex', 'safeRegex');
  return regex.absent ? null : readRegex(regex.field('regex'));
}

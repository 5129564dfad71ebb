import type { Condition } from '../condition.js';
import { readRegex } from '../string-match.js';
import type { Location, Server } from './controller.js';
import { annotationOf, flagOf } from './ingress.js';

/** A location with what a request's path must be. */
export interface PlacedLocation {
  location: Location;
  condition: Condition;
  /** nginx asks for the path with a slash after it. */
  asksForSlash: boolean;
}

/**
 * The locations of a host in the order in which nginx tries them: an exact path, then the longest
 * prefix. One `rewrite-target` or `use-regex` turns all of them, exact ones too, into regular expressions
 * for the beginning of the path that do not look at case; the longest is tried first then.
 * Source: kubernetes/ingress-nginx internal/ingress/controller/template/template.go,
 * enforceRegexModifier and buildLocation; controller.go, getBackendServers; location.go,
 * updateServerLocations.
 * @throws InputError for a regular expression that RE2 does not know.
 */
export function orderedLocations({ locations }: Server): PlacedLocation[] {
  const longestFirst = locations.toSorted(
    ({ path: one }, { path: other }) =>
      other.length - one.length || (one > other ? -1 : one < other ? 1 : 0),
  );
  if (locations.some(isRegex))
    return longestFirst.map((location) => ({
      location,
      condition: patternOf(location, locations),
      asksForSlash: false,
    }));
  const exact = longestFirst.filter(({ pathType }) => pathType === 'Exact');
  const prefixes = longestFirst.filter(({ pathType }) => pathType === 'Prefix');
  const place = (location: Location): PlacedLocation => ({
    location,
    condition: pathOf(location),
    asksForSlash: false,
  });
  return [
    ...exact.map(place),
    ...prefixes.flatMap((location) => withoutSlash(location, locations)),
    ...prefixes.map(place),
  ];
}

/**
 * Of a prefix that ends with a slash, the path without it, where nothing else has that.
 * Source: https://nginx.org/en/docs/http/ngx_http_core_module.html#location
 */
function withoutSlash(location: Location, all: readonly Location[]): PlacedLocation[] {
  const path = location.path.slice(0, -1);
  const isSlashed = path !== '' && location.path.endsWith('/');
  if (!isSlashed || all.some((other) => other.path === path)) return [];
  const condition = {
    on: 'path',
    match: { kind: 'exact', value: path },
    ignoreCase: false,
  } as const;
  return [{ location, condition, asksForSlash: true }];
}

/**
 * The path as nginx compares it: decoded, without empty and dotted segments. What would begin a query
 * or a fragment stays encoded.
 */
export function normalisedPath(path: string): string {
  const end = path.search(/[?#]/);
  const [before, after] = end === -1 ? [path, ''] : [path.slice(0, end), path.slice(end)];
  const segments: string[] = [];
  const given = decoded(before).split(/\/+/).slice(1);
  for (const [index, segment] of given.entries()) {
    const isLast = index === given.length - 1;
    if (segment === '..') segments.pop();
    if (segment !== '..' && segment !== '.') segments.push(segment);
    else if (isLast) segments.push('');
  }
  return `/${segments.join('/')}${after}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll(/%(?=23|3f|25)/gi, '%25'));
  } catch {
    return path;
  }
}

function isRegex({ ingress, path }: Location): boolean {
  if (ingress === null) return false;
  const target = annotationOf(ingress, 'rewrite-target') ?? '';
  return (target !== '' && target !== path) || flagOf(ingress, 'use-regex') === true;
}

function pathOf({ path, pathType }: Location): Condition {
  if (pathType === 'Exact')
    return { on: 'path', match: { kind: 'exact', value: path }, ignoreCase: false };
  if (path !== '/' && path.endsWith('/'))
    return { on: 'path', match: { kind: 'prefix', value: path }, ignoreCase: false };
  return { on: 'path-segments', prefix: path === '/' ? '' : path, ignoreCase: false };
}

/** A plain prefix beside an exact path of the same text begins below it. */
function patternOf(location: Location, all: readonly Location[]): Condition {
  const { path, pathType, rule } = location;
  if (rule !== null && !rule.node.field('path').absent) readRegex(rule.node.field('path'));
  const isBelow =
    pathType === 'Prefix' &&
    !path.endsWith('/') &&
    !isRegex(location) &&
    all.some((other) => other.pathType === 'Exact' && other.path === path);
  const value = `^${path}${isBelow ? '/' : ''}`;
  return { on: 'path', match: { kind: 'pattern', value }, ignoreCase: true };
}

import type { Condition, MatchEntry } from '../condition.js';
import type { OrderedRule } from '../first-match.js';
import type { ManifestObject } from '../manifest/manifest-object.js';

/** A rule of one alternative each, ready to be ordered. */
export interface RankedRule extends OrderedRule {
  rank: readonly number[];
  /** Age and position decide between equal ranks. */
  position: number;
}

/**
 * How specific a match is, most significant first; more is tried earlier. For HTTPRoute: an exact
 * path, the longest prefix, a method, the number of headers, the number of query parameters. For
 * GRPCRoute: the characters of service and method, the number of headers.
 * Regular expressions of paths have no place in the specification; they come after prefixes here,
 * as in Istio.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule and #grpcrouterule (matches).
 */
export function rankOf(entry: MatchEntry): number[] {
  const { conditions } = entry;
  const count = (on: Condition['on']): number =>
    conditions.filter((condition) => condition.on === on).length;
  const grpc = conditions.find((condition) => condition.on === 'grpc-method');
  const [kind, length] = pathRank(conditions);
  return [
    kind,
    length,
    textLength(grpc?.service),
    textLength(grpc?.method),
    count('method'),
    count('header'),
    count('query'),
  ];
}

/** Most specific first, then oldest object, then `namespace/name`, then position in the object. */
export function inOrder(rules: readonly RankedRule[]): RankedRule[] {
  return rules.toSorted(
    (one, other) =>
      compareRanks(one.rank, other.rank) ||
      compareAges(one.object, other.object) ||
      one.position - other.position,
  );
}

/** Negative when `one` is tried before `other`. */
export function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = (other[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return 0;
}

export function compareAges(one: ManifestObject, other: ManifestObject): number {
  const ages = (Date.parse(one.createdAt ?? '') || 0) - (Date.parse(other.createdAt ?? '') || 0);
  if (ages !== 0) return ages;
  const names = [one, other].map(({ namespace, name }) => `${namespace}/${name}`);
  return (names[0] ?? '') < (names[1] ?? '') ? -1 : names[0] === names[1] ? 0 : 1;
}

/** No path condition is the default prefix `/`. */
function pathRank(conditions: readonly Condition[]): [number, number] {
  for (const condition of conditions) {
    if (condition.on === 'path-segments') return [2, Math.max(1, condition.prefix.length)];
    if (condition.on !== 'path') continue;
    if (condition.match.kind === 'exact') return [3, condition.match.value.length];
    if (condition.match.kind === 'regex') return [1, condition.match.value.length];
  }
  return [2, 1];
}

function textLength(match: { kind: string; value?: string } | null | undefined): number {
  return match?.value?.length ?? 0;
}

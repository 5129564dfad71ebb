import type { Condition, MatchEntry } from './condition.js';
import { coveredBy } from './istio/host.js';
import type { StringMatch } from './string-match.js';

/** What a condition is about; in one entry two conditions on one subject narrow each other. */
export function subjectOf(condition: Condition): string {
  switch (condition.on) {
    case 'header':
      return `${condition.negated ? 'without ' : ''}header ${condition.name}`;
    case 'query':
      return `query ${condition.name}`;
    case 'unknowable':
      return condition.what;
    default:
      return condition.on;
  }
}

/**
 * Whether every text that `inner` takes is also taken by `outer`, as far as exact texts and
 * prefixes tell; regular expressions are compared by their text alone.
 */
export function isWithin(inner: StringMatch, outer: StringMatch): boolean {
  if (outer.kind === 'present') return true;
  if (inner.kind === 'present') return false;
  if (outer.kind === 'prefix')
    return (
      (inner.kind === 'exact' || inner.kind === 'prefix') && inner.value.startsWith(outer.value)
    );
  if (outer.kind === 'regex' && outer.value === '.*') return true;
  return inner.kind === outer.kind && inner.value === outer.value;
}

/** Whether every request that `inner` takes is also taken by `outer`. Errs on the side of "no". */
export function entryCovers(outer: MatchEntry, inner: MatchEntry): boolean {
  return outer.conditions.every(
    (condition) =>
      takesEveryPath(condition) ||
      condition.on === 'connection' ||
      inner.conditions.some((narrower) => conditionCovers(condition, narrower)),
  );
}

/** A condition that holds for every request: the path prefix `/`. */
export function takesEveryPath(condition: Condition): boolean {
  if (condition.on === 'path-segments') return condition.prefix === '';
  if (condition.on !== 'path') return false;
  const { match } = condition;
  return (
    (match.kind === 'prefix' && match.value === '/') ||
    (match.kind === 'regex' && match.value === '.*')
  );
}

function conditionCovers(outer: Condition, inner: Condition): boolean {
  if (subjectOf(outer) !== subjectOf(inner)) return false;
  if (JSON.stringify(outer) === JSON.stringify(inner)) return true;
  if (outer.on === 'path' && inner.on === 'path')
    return outer.ignoreCase === inner.ignoreCase && isWithin(inner.match, outer.match);
  if (outer.on === 'header' && inner.on === 'header')
    return !outer.negated && !inner.negated && isWithin(inner.match, outer.match);
  if (outer.on === 'path-segments' && inner.on === 'path-segments')
    return `${inner.prefix}/`.startsWith(`${outer.prefix}/`);
  if (outer.on === 'server-name' && inner.on === 'server-name')
    return inner.names.every((name) => outer.names.some((wider) => coveredBy(name, wider)));
  if ('match' in outer && 'match' in inner && outer.on !== 'header')
    return isWithin(inner.match, outer.match);
  return false;
}

import type { Condition, MatchEntry } from '../condition.js';
import { isWithin, subjectOf } from '../condition-cover.js';
import { describeObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { Rule } from '../rule.js';
import type { StringMatch } from '../string-match.js';
import type { Finding } from '../../finding.js';
import { type VirtualService, withGatewayNames } from './virtual-service.js';
import { isExportedTo } from './visibility.js';
import { manifestFinding } from '../manifest-finding.js';

/** A rule with the object it stands in, which is where its short names are meant. */
export interface PlacedRule {
  object: ManifestObject;
  rule: Rule;
}

/**
 * The rules of a VirtualService with every delegation replaced by the delegate's rules. A delegate
 * that is missing, not visible, or at odds with the root's conditions leaves nothing behind.
 * Source: istio/istio pilot/pkg/model/virtualservice.go, mergeVirtualServicesIfNeeded.
 * @param isIdle Conditions that do not count where gateways are named; those on the client at most proxies.
 */
export function withDelegates(
  root: VirtualService,
  all: readonly VirtualService[],
  findings: Finding[],
  isIdle: (condition: Condition) => boolean = isOfSource,
): PlacedRule[] {
  return root.http.flatMap((rule): PlacedRule[] => {
    const { action } = rule;
    if (action.kind !== 'delegate')
      return [{ object: root, rule: withoutIdle(withGatewayNames(rule, root.namespace), isIdle) }];
    const namespace = action.namespace ?? root.namespace;
    const delegate = all.find(
      (other) =>
        other.hosts.length === 0 && other.name === action.name && other.namespace === namespace,
    );
    const place = rule.node.field('delegate').place();
    if (delegate === undefined || !isExportedTo(delegate, root.namespace)) {
      findings.push(
        manifestFinding({
          code: 'delegate-missing',
          summary:
            delegate === undefined
              ? `no VirtualService ${namespace}/${action.name} without hosts is among the manifests: the rule is dropped`
              : `${describeObject(delegate)} is not exported to ${root.namespace}: the rule is dropped`,
          place,
        }),
      );
      return [];
    }
    return delegate.http.flatMap((own): PlacedRule[] => {
      const merged = mergeRules(
        withGatewayNames(rule, root.namespace),
        withGatewayNames(own, delegate.namespace),
      );
      if (merged !== null) return [{ object: delegate, rule: withoutIdle(merged, isIdle) }];
      findings.push(
        manifestFinding({
          code: 'delegate-conflict',
          summary: `the conditions of ${own.label} in ${describeObject(delegate)} are not within those of ${rule.label}: it is dropped`,
          place: own.node.place(),
        }),
      );
      return [];
    });
  });
}

/**
 * The client's labels and namespace do not count where gateways are named.
 * Source: istio/istio pilot/pkg/networking/core/route/route.go, sourceMatchHTTP.
 */
function withoutIdle(rule: Rule, isIdle: (condition: Condition) => boolean): Rule {
  const hasIdle = ({ conditions }: MatchEntry): boolean =>
    conditions.some(({ on }) => on === 'gateway') && conditions.some(isIdle);
  if (!rule.entries.some(hasIdle)) return rule;
  const entries = rule.entries.map((entry) =>
    hasIdle(entry)
      ? { conditions: entry.conditions.filter((condition) => !isIdle(condition)) }
      : entry,
  );
  return { ...rule, entries };
}

function isOfSource({ on }: Condition): boolean {
  return on === 'source-labels' || on === 'source-namespace';
}

function mergeRules(root: Rule, own: Rule): Rule | null {
  const entries = mergeEntries(root.entries, own.entries);
  if (entries === null) return null;
  const name =
    own.name === null ? root.name : root.name === null ? own.name : `${root.name}-${own.name}`;
  const { effects } = own;
  const inherited = root.effects;
  return {
    ...own,
    name,
    label: name ?? `${root.label} → ${own.label}`,
    entries,
    preflights: own.node.field('corsPolicy').absent ? root.preflights : own.preflights,
    ...(own.node.field('headers').absent ? { headers: root.node.field('headers') } : {}),
    effects: {
      timeoutMs: effects.timeoutMs ?? inherited.timeoutMs,
      retries: effects.retries ?? inherited.retries,
      ...(own.node.field('fault').absent
        ? { abort: inherited.abort, delay: inherited.delay }
        : { abort: effects.abort, delay: effects.delay }),
      failing: null,
      mirrors: effects.mirrors.length > 0 ? effects.mirrors : inherited.mirrors,
      changes: [...new Set([...effects.changes, ...inherited.changes])],
    },
  };
}

/** Every alternative of the delegate must lie within one of the root's; `null` when one does not. */
function mergeEntries(
  root: readonly MatchEntry[],
  own: readonly MatchEntry[],
): readonly MatchEntry[] | null {
  if (root.length === 0) return own;
  if (own.length === 0) return root;
  const merged: MatchEntry[] = [];
  for (const leaf of own) {
    const within = root.filter((entry) => !hasConflict(entry, leaf));
    if (within.length === 0) return null;
    merged.push(...within.map((entry) => mergeEntry(entry, leaf)));
  }
  return merged;
}

/** Labels of both are asked for; of anything else, what the delegate says counts. */
function mergeEntry(root: MatchEntry, leaf: MatchEntry): MatchEntry {
  const own = new Set(leaf.conditions.map(subjectOf));
  return {
    conditions: [
      ...root.conditions.filter(
        (condition) => condition.on === 'source-labels' || !own.has(subjectOf(condition)),
      ),
      ...leaf.conditions,
    ],
  };
}

/** Source: istio/istio pilot/pkg/model/virtualservice.go, hasConflict. */
function hasConflict(root: MatchEntry, leaf: MatchEntry): boolean {
  if (ignoresCase(root) !== ignoresCase(leaf)) return true;
  const rootBySubject = new Map(
    root.conditions.map((condition) => [subjectOf(condition), condition]),
  );
  const isWithinNamespace = root.conditions.every(
    (above) =>
      above.on !== 'source-namespace' ||
      leaf.conditions.some(
        (own) => own.on === 'source-namespace' && own.namespace === above.namespace,
      ),
  );
  if (!isWithinNamespace) return true;
  return leaf.conditions.some((condition) => {
    const above = rootBySubject.get(subjectOf(condition));
    if (above === undefined) return false;
    if (above.on === 'port' && condition.on === 'port') return above.port !== condition.port;
    if (above.on === 'gateway' && condition.on === 'gateway')
      return condition.names.some((name) => !above.names.includes(name));
    if (above.on === 'source-labels' && condition.on === 'source-labels')
      return Object.entries(condition.labels).some(
        ([key, value]) => (above.labels[key] ?? value) !== value,
      );
    if ('match' in above && 'match' in condition) return !narrows(condition.match, above.match);
    return false;
  });
}

function ignoresCase({ conditions }: MatchEntry): boolean {
  return conditions.some((condition) => condition.on === 'path' && condition.ignoreCase);
}

/** Regular expressions are never compared: Istio refuses them wherever both sides have a condition. */
function narrows(leaf: StringMatch, root: StringMatch): boolean {
  return (root.kind === 'exact' || root.kind === 'prefix') && isWithin(leaf, root);
}

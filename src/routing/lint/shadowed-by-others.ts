import { describeEntry, type MatchEntry } from '../condition.js';
import { entryCovers } from '../condition-cover.js';
import type { Finding } from '../../finding.js';
import { agesKnown, byAge } from '../istio/age.js';
import { takesEverything } from '../istio/merge-order.js';
import {
  MESH,
  resolveGatewayName,
  withGatewayNames,
  type VirtualService,
} from '../istio/virtual-service.js';
import { isExportedTo } from '../istio/visibility.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { Rule } from '../rule.js';

/** Of more VirtualServices for one host the rules are not held against each other. */
const MOST_OF_A_HOST = 200;

/**
 * Rules that are never taken because another VirtualService of the same gateway host takes all of theirs.
 * Those are appended by age, and rules that take everything come last: they are told as
 * `conflicting-virtual-services`. Where ages are not known, only rules that take the same are told.
 * Source: istio/istio pilot/pkg/networking/core/route/route.go, SortVHostRoutes.
 */
export function shadowedByOthers({ virtualServices }: ManifestSet): Finding[] {
  const found = [...ofOneHost(virtualServices)].flatMap(([place, objects]) =>
    objects.length < 2 || objects.length > MOST_OF_A_HOST ? [] : ofHost(place, objects),
  );
  // One rule may be so at several hosts.
  const told = new Set<Rule>();
  return found.flatMap(({ rule, finding }) => {
    if (told.has(rule)) return [];
    told.add(rule);
    return [finding];
  });
}

/** VirtualServices of everybody by what they have in common: `a.com at default/gw`. */
function ofOneHost(virtualServices: readonly VirtualService[]): Map<string, VirtualService[]> {
  const byHost = new Map<string, VirtualService[]>();
  for (const object of virtualServices) {
    // Which of the others a gateway's pods see first is told when its request is asked for.
    if (!isExportedTo(object, '')) continue;
    const gateways = new Set(
      object.gateways.map((name) => resolveGatewayName(name, object.namespace)),
    );
    gateways.delete(MESH);
    for (const gateway of gateways)
      for (const host of object.hosts) {
        const key = `${host.toLowerCase()} at ${gateway}`;
        const others = byHost.get(key);
        if (others === undefined) byHost.set(key, [object]);
        else others.push(object);
      }
  }
  return byHost;
}

interface OwnRule {
  object: VirtualService;
  rule: Rule;
  /** With the names of Gateways in full. */
  entries: readonly MatchEntry[];
}

function ofHost(
  place: string,
  objects: readonly VirtualService[],
): { rule: Rule; finding: Finding }[] {
  const isOrdered = agesKnown(objects);
  const sorted = byAge(objects.map((object) => ({ object })));
  const before: OwnRule[] = [];
  return sorted.flatMap(({ object }) => {
    const own = object.http
      .filter((rule) => !takesEverything(rule))
      .map((rule) => ({
        object,
        rule,
        entries: withGatewayNames(rule, object.namespace).entries,
      }));
    const found = own.flatMap((each) => {
      const covering = each.entries.map((entry) => coverOf(entry, before, isOrdered));
      const [first] = covering;
      if (first === undefined || covering.includes(undefined)) return [];
      return [{ rule: each.rule, finding: toFinding(each, first, place, isOrdered) }];
    });
    // What a delegate leaves goes on to the next rule.
    before.push(...own.filter(({ rule }) => rule.action.kind !== 'delegate'));
    return found;
  });
}

interface Cover {
  by: OwnRule;
  entry: MatchEntry;
}

function coverOf(
  entry: MatchEntry,
  before: readonly OwnRule[],
  isOrdered: boolean,
): Cover | undefined {
  for (const by of before) {
    const outer = by.entries.find(
      (other) => entryCovers(other, entry) && (isOrdered || entryCovers(entry, other)),
    );
    if (outer !== undefined) return { by, entry: outer };
  }
  return undefined;
}

function toFinding(
  { rule }: OwnRule,
  { by, entry }: Cover,
  place: string,
  isOrdered: boolean,
): Finding {
  const other = `${by.rule.label} of ${describeObject(by.object)}`;
  return manifestFinding({
    code: 'shadowed-route',
    summary: isOrdered
      ? `${rule.label} is never taken for ${place}: ${other}, which is older, takes ${describeEntry(entry)} before it`
      : `${rule.label} and ${other} take the same for ${place}, ${describeEntry(entry)}: the younger VirtualService's is never taken`,
    place: rule.node.place(),
  });
}

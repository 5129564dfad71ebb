import type { ManifestNode } from './manifest/manifest-node.js';
import type { RouteHeader } from './route-split.js';
import type { Backend, Rule } from './rule.js';

/** What is done to one header: by name in lower case, its values in the order in which they are added. */
type HeaderChanges = ReadonlyMap<string, { set: string | null; added: readonly string[] }>;

/**
 * The response headers that a rule sets, for each of its backends: VirtualServices by `headers.response`,
 * Gateway API routes by ResponseHeaderModifier filters. What the rule sets takes the place of what is set
 * for the backend: Envoy looks at the more specific one first, and the later one wins
 * (`most_specific_header_mutations_wins` is off).
 */
export function responseHeaders(rule: Rule, backends: readonly Backend[]): RouteHeader[] {
  const ofRule = changesIn(rule.headers ?? rule.node.field('headers'), rule.node.field('filters'));
  const ofBackends = backends.map(({ node }) =>
    changesIn(node.field('headers'), node.field('filters')),
  );
  const names = new Set([ofRule, ...ofBackends].flatMap((changes) => [...changes.keys()]));
  return [...names].map((name) => ({
    name,
    values: ofBackends.map((own) => valueOf(name, ofRule, own)),
  }));
}

function valueOf(name: string, ofRule: HeaderChanges, ofBackend: HeaderChanges): string | null {
  const [rule, backend] = [ofRule.get(name), ofBackend.get(name)];
  const set = rule?.set ?? null;
  if (set !== null) return set;
  const added = [...(backend?.added ?? []), ...(rule?.added ?? [])];
  if (backend?.set !== undefined && backend.set !== null) {
    return added.length === 0 ? backend.set : null;
  }
  // One of several cannot be told from the others.
  return added.length === 1 ? (added[0] ?? null) : null;
}

/**
 * @param headers `headers` of a VirtualService's rule or destination.
 * @param filters `filters` of a rule or backendRef of the Gateway API.
 */
function changesIn(headers: ManifestNode, filters: ManifestNode): HeaderChanges {
  const response = headers.field('response');
  const modifiers = filters
    .items()
    .filter((filter) => filter.field('type').value === 'ResponseHeaderModifier')
    .map((filter) => filter.field('responseHeaderModifier'));
  const set = [
    ...texts(response.field('set').fields()),
    ...modifiers.flatMap((each) => namedValues(each.field('set'))),
  ];
  const added = [
    ...texts(response.field('add').fields()),
    ...modifiers.flatMap((each) => namedValues(each.field('add'))),
  ];
  const names = new Set([...set, ...added].map(([name]) => name));
  return new Map(
    [...names].map((name) => [
      name,
      {
        set: set.findLast(([other]) => other === name)?.[1] ?? null,
        added: added.filter(([other]) => other === name).map(([, value]) => value),
      },
    ]),
  );
}

function namedValues(list: ManifestNode): [string, string][] {
  return texts(
    list.items().map((item) => [item.field('name').optionalString() ?? '', item.field('value')]),
  );
}

/** Values that are no texts are for the API server to refuse. */
function texts(entries: readonly (readonly [string, ManifestNode])[]): [string, string][] {
  return entries.flatMap(([name, { value }]) =>
    name !== '' && typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
  );
}

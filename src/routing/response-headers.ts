import { headerChangesIn } from './header-changes.js';
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

function changesIn(headers: ManifestNode, filters: ManifestNode): HeaderChanges {
  const changes = headerChangesIn(headers, filters).flatMap(({ of, does, name, value }) =>
    of === 'response' && value !== null ? [{ does, name, value }] : [],
  );
  const names = new Set(changes.map(({ name }) => name));
  return new Map(
    [...names].map((name) => {
      const own = changes.filter((change) => change.name === name);
      return [
        name,
        {
          set: own.findLast(({ does }) => does === 'set')?.value ?? null,
          added: own.filter(({ does }) => does === 'add').map(({ value }) => value),
        },
      ];
    }),
  );
}

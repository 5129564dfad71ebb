import type { ManifestNode } from './manifest/manifest-node.js';
import type { Backend, Rule } from './rule.js';

/** What a route does to one header. */
export interface HeaderChange {
  of: 'request' | 'response';
  does: 'set' | 'add' | 'remove';
  /** In lower case. */
  name: string;
  /** As the manifest has it, the proxy's operators included; null where the header is removed. */
  value: string | null;
}

/** One of a rule. */
export interface RuleHeaderChange extends HeaderChange {
  /** Index of the one backend that it is for; null: for all. */
  backend: number | null;
}

/**
 * What a rule does to headers, for all of its backends and for single ones: VirtualServices by `headers`,
 * Gateway API routes by RequestHeaderModifier and ResponseHeaderModifier filters.
 */
export function ruleHeaderChanges(rule: Rule, backends: readonly Backend[]): RuleHeaderChange[] {
  // A server's redirect is no object of its own.
  if (typeof rule.node.value !== 'object') return [];
  const ofRule = headerChangesIn(
    rule.headers ?? rule.node.field('headers'),
    rule.node.field('filters'),
  );
  return [
    ...ofRule.map((change) => ({ ...change, backend: null })),
    ...backends.flatMap(({ node }, backend) =>
      node === rule.node
        ? []
        : headerChangesIn(node.field('headers'), node.field('filters')).map((change) => ({
            ...change,
            backend,
          })),
    ),
  ];
}

const MODIFIERS = {
  request: ['RequestHeaderModifier', 'requestHeaderModifier'],
  response: ['ResponseHeaderModifier', 'responseHeaderModifier'],
} as const;

/**
 * @param headers `headers` of a VirtualService's rule or destination.
 * @param filters `filters` of a rule or backendRef of the Gateway API.
 */
export function headerChangesIn(headers: ManifestNode, filters: ManifestNode): HeaderChange[] {
  return (['request', 'response'] as const).flatMap((of) => {
    const [type, field] = MODIFIERS[of];
    const own = headers.field(of);
    const modifiers = filters
      .items()
      .filter((filter) => filter.field('type').value === type)
      .map((filter) => filter.field(field));
    return [
      ...(['set', 'add'] as const).flatMap((does) =>
        [
          ...own.field(does).fields(),
          ...modifiers.flatMap((each) => namedValues(each.field(does))),
        ].flatMap(([name, { value }]): HeaderChange[] =>
          // Values that are no texts are for the API server to refuse.
          name !== '' && typeof value === 'string'
            ? [{ of, does, name: name.toLowerCase(), value }]
            : [],
        ),
      ),
      ...[own, ...modifiers]
        .flatMap((each) => each.field('remove').items())
        .flatMap(({ value }): HeaderChange[] =>
          typeof value === 'string'
            ? [{ of, does: 'remove', name: value.toLowerCase(), value: null }]
            : [],
        ),
    ];
  });
}

function namedValues(list: ManifestNode): [string, ManifestNode][] {
  return list
    .items()
    .map((item) => [item.field('name').optionalString() ?? '', item.field('value')]);
}

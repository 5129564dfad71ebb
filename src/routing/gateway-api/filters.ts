import type { RouteEffects } from '../effects.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import type { Warning } from '../warning.js';

/** What the filters of a rule do. */
export interface ReadFilters {
  /** Where a RequestRedirect leads, or `null`. */
  redirect: string | null;
  effects: Pick<RouteEffects, 'mirrors' | 'changes'>;
}

const CHANGES: Readonly<Record<string, string>> = {
  RequestHeaderModifier: 'request headers changed',
  ResponseHeaderModifier: 'response headers changed',
  URLRewrite: 'URL rewritten',
  CORS: 'CORS policy',
};

/** Source: https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter */
export function readFilters(node: ManifestNode, warnings: Warning[]): ReadFilters {
  const filters: ReadFilters = { redirect: null, effects: { mirrors: [], changes: [] } };
  for (const filter of node.items()) {
    const type = filter.field('type').string();
    const change = CHANGES[type];
    if (change !== undefined) filters.effects.changes.push(change);
    else if (type === 'RequestRedirect')
      filters.redirect = describeRedirect(filter.field('requestRedirect'));
    else if (type === 'RequestMirror')
      filters.effects.mirrors.push(readMirror(filter.field('requestMirror')));
    else
      warnings.push({
        code: 'not-modelled',
        message: `a filter of the type ${type} is not modelled here`,
        place: filter.place(),
      });
  }
  return filters;
}

/** All requests are copied unless a percent or fraction says how many. */
function readMirror(node: ManifestNode): RouteEffects['mirrors'][number] {
  const host = node.field('backendRef').field('name').string();
  const percent = node.field('percent').optionalInteger();
  const fraction = node.field('fraction');
  if (percent !== null) return { host, share: percent / 100 };
  if (fraction.absent) return { host, share: 1 };
  const denominator = fraction.field('denominator').optionalInteger() ?? 100;
  return { host, share: fraction.field('numerator').number() / denominator };
}

function describeRedirect(node: ManifestNode): string {
  const scheme = node.field('scheme').optionalString();
  const hostname = node.field('hostname').optionalString();
  const path =
    node.field('path').field('replaceFullPath').optionalString() ??
    node.field('path').field('replacePrefixMatch').optionalString();
  const code = node.field('statusCode').optionalInteger() ?? 302;
  const target = `${scheme === null ? '' : `${scheme}://`}${hostname ?? ''}${path ?? ''}`;
  return `${target === '' ? 'the same address' : target} (${code})`;
}

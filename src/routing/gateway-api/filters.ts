import type { RouteEffects } from '../effects.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { CORS_CHANGE, type PreflightPolicy } from '../preflight.js';
import { describeRedirect } from '../redirect.js';

/** What the filters of a rule do. */
export interface ReadFilters {
  /** Where a RequestRedirect leads, or `null`. */
  redirect: string | null;
  /** Of a CORS filter, which answers all preflight requests: those of other origins without leave. */
  preflights: PreflightPolicy | null;
  effects: Pick<RouteEffects, 'mirrors' | 'changes'>;
}

/** A filter of a rule or backend, whether or not what it does is modelled. */
export interface ApiFilter {
  /** `RequestHeaderModifier`, `ExtensionRef`. */
  type: string;
  node: ManifestNode;
}

const CHANGES: Readonly<Record<string, string>> = {
  RequestHeaderModifier: 'request headers changed',
  ResponseHeaderModifier: 'response headers changed',
};

export function readFilterTypes(node: ManifestNode): ApiFilter[] {
  return node.items().map((filter) => ({ type: filter.field('type').string(), node: filter }));
}

/** Source: https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter */
export function readFilters(node: ManifestNode): ReadFilters {
  const filters: ReadFilters = {
    redirect: null,
    preflights: null,
    effects: { mirrors: [], changes: [] },
  };
  for (const filter of node.items()) {
    const type = filter.field('type').string();
    const change = CHANGES[type];
    if (change !== undefined) filters.effects.changes.push(change);
    else if (type === 'URLRewrite')
      filters.effects.changes.push(...readRewrite(filter.field('urlRewrite')));
    else if (type === 'CORS') {
      filters.preflights = { origins: null };
      filters.effects.changes.push(CORS_CHANGE);
    } else if (type === 'RequestRedirect')
      filters.redirect = readRedirect(filter.field('requestRedirect'));
    else if (type === 'RequestMirror')
      filters.effects.mirrors.push(readMirror(filter.field('requestMirror')));
  }
  return filters;
}

function readRewrite(node: ManifestNode): string[] {
  const path = node.field('path');
  const full = path.field('replaceFullPath').optionalString();
  const prefix = path.field('replacePrefixMatch').optionalString();
  const hostname = node.field('hostname').optionalString();
  const changes: string[] = [];
  if (full !== null) changes.push(`path rewritten to ${full}`);
  if (prefix !== null) changes.push(`prefix of the path rewritten to ${prefix}`);
  if (hostname !== null) changes.push(`authority rewritten to ${hostname}`);
  return changes.length === 0 ? ['URL rewritten'] : changes;
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

function readRedirect(node: ManifestNode): string {
  const path = node.field('path');
  return describeRedirect({
    scheme: node.field('scheme').optionalString(),
    authority: node.field('hostname').optionalString(),
    port: node.field('port').optionalInteger(),
    path:
      path.field('replaceFullPath').optionalString() ??
      path.field('replacePrefixMatch').optionalString(),
    status: node.field('statusCode').optionalInteger() ?? 302,
  });
}

import { describeRedirect } from '../redirect.js';
import type { RouteRequest } from '../request.js';
import type { RuleAction } from '../rule.js';
import { annotationOf, flagOf, type Ingress, type IngressRule } from './ingress.js';

/** ingress-nginx's `http-redirect-code` where its ConfigMap says nothing. */
const HTTP_REDIRECT_CODE = 308;
const HTTPS = `the same address over https (${HTTP_REDIRECT_CODE})`;

/**
 * What ingress-nginx answers itself to a request that a path takes, in the order in which nginx asks.
 * Source: kubernetes/ingress-nginx rootfs/etc/nginx/template/nginx.tmpl and
 * rootfs/etc/nginx/lua/lua_ingress.lua, which comes after nginx's own redirects.
 * @param hasCertificate Whether the server of the request's host has one.
 * @returns null: it forwards it.
 */
export function ownAnswer(
  ingress: Ingress,
  hasCertificate: boolean,
  request: RouteRequest,
): RuleAction | null {
  return (
    appRoot(ingress, request) ??
    preflight(ingress, request) ??
    namedRedirect(ingress) ??
    httpsRedirect(ingress, hasCertificate, request)
  );
}

function appRoot(ingress: Ingress, request: RouteRequest): RuleAction | null {
  const root = annotationOf(ingress, 'app-root');
  if (root?.startsWith('/') !== true || request.path.replace(/[?#].*/s, '') !== '/') return null;
  return redirectTo(root, 302);
}

/** Any OPTIONS request of an origin that is let in; without a list all are, and need not say theirs. */
function preflight(ingress: Ingress, { method, headers }: RouteRequest): RuleAction | null {
  if (flagOf(ingress, 'enable-cors') !== true || method !== 'OPTIONS') return null;
  const origins = (annotationOf(ingress, 'cors-allow-origin') ?? '*')
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  const origin = headers.get('origin') ?? '';
  const isAllowed = origins.some(
    (allowed) => allowed === '*' || originPattern(allowed).test(origin),
  );
  return isAllowed ? { kind: 'preflight', status: 204 } : null;
}

/** An asterisk stands for one label. nginx compares without case, and the end of the text only. */
function originPattern(allowed: string): RegExp {
  const quoted = allowed.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`${quoted.replace(String.raw`\*`, '[a-z0-9-]+')}$`, 'i');
}

/** A temporal redirect wins over a permanent one. */
function namedRedirect(ingress: Ingress): RuleAction | null {
  for (const [name, usual, last] of [
    ['temporal-redirect', 302, 307],
    ['permanent-redirect', 301, 308],
  ] as const) {
    const to = annotationOf(ingress, name) ?? '';
    const code = Number(annotationOf(ingress, `${name}-code`));
    if (to !== '') return redirectTo(to, code >= 300 && code <= last ? code : usual);
  }
  return null;
}

/** Unless it is switched off, where the host has a certificate. */
function httpsRedirect(
  ingress: Ingress,
  hasCertificate: boolean,
  { scheme }: RouteRequest,
): RuleAction | null {
  if (scheme === 'https') return null;
  const isForced = flagOf(ingress, 'force-ssl-redirect') === true;
  const isOn = flagOf(ingress, 'ssl-redirect') !== false && hasCertificate;
  return isForced || isOn ? { kind: 'redirect', to: HTTPS } : null;
}

/**
 * The host that a request's host is redirected to, with or without `www.` before it.
 * @param hosts All that Ingresses have: one that is there itself is not redirected.
 * @returns null: none.
 */
export function wwwRedirect(
  ingress: Ingress,
  host: string,
  hosts: readonly (string | null)[],
): { path: IngressRule; action: RuleAction } | null {
  if (flagOf(ingress, 'from-to-www-redirect') !== true || hosts.includes(host)) return null;
  const to = host.startsWith('www.') ? host.slice('www.'.length) : `www.${host}`;
  const path = ingress.rules.find((rule) => rule.host === to);
  return path === undefined ? null : { path, action: redirectTo(to, HTTP_REDIRECT_CODE) };
}

/** nginx's own answer to a path that it has with a slash after it only. */
export function slashRedirect(path: string): RuleAction {
  return redirectTo(path, 301);
}

function redirectTo(path: string, status: number): RuleAction {
  return {
    kind: 'redirect',
    to: describeRedirect({ scheme: null, authority: null, port: null, path, status }),
  };
}

import { BlockList, isIP } from 'node:net';
import { InputError } from '../../input-error.js';
import { maskedUrl } from '../../secrets.js';

const FLAG = { path: '--kube' };
const PROTOCOLS = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/**
 * The proxy that an API server is asked through, as kubectl has it: `proxy-url` of the kubeconfig, else that of the
 * environment unless NO_PROXY names the server. By the environment loopback is never asked through a proxy.
 *
 * @param proxyUrl Of the kubeconfig.
 * @returns null: it is asked directly.
 * @throws InputError when the proxy is no URL, or of a kind that is not spoken.
 * Source: golang.org/x/net/http/httpproxy, which client-go goes by; k8s.io/client-go/tools/clientcmd, parseProxyURL.
 */
export function proxyOf(
  server: URL,
  proxyUrl: string | undefined,
  env: NodeJS.ProcessEnv,
): URL | null {
  if (proxyUrl !== undefined && proxyUrl !== '') return proxyFrom(proxyUrl, 'proxy-url');
  const isTls = server.protocol === 'https:';
  const given = isTls
    ? firstSet(env.https_proxy, env.HTTPS_PROXY)
    : firstSet(env.http_proxy, env.HTTP_PROXY);
  if (given === '' || isDirect(server, firstSet(env.no_proxy, env.NO_PROXY))) return null;
  return proxyFrom(given, isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY');
}

function firstSet(...values: (string | undefined)[]): string {
  return values.find((value) => (value ?? '') !== '') ?? '';
}

function proxyFrom(given: string, where: string): URL {
  // `proxy:3128` is an address and no URL, or one of a strange kind.
  const isUrl = given.includes('://');
  const text = isUrl ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === '') {
    throw new InputError(`the proxy of ${where} is no URL: write http://HOST:PORT`, FLAG);
  }
  if (PROTOCOLS.has(url.protocol)) return url;
  throw new InputError(
    `the proxy ${maskedUrl(given)} of ${where} is none that can be spoken to: give one of http, https, socks5 or socks5h`,
    FLAG,
  );
}

function isDirect(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || isLoopback(host)) return true;
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port;
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry === '*' || isNamed(host, port, entry));
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** `10.0.0.0/8`, `10.1.2.3`, `[fd00::1]:6443`, `example.com` with all below it, `.example.com` without itself. */
function isNamed(host: string, port: string, entry: string): boolean {
  if (entry === '') return false;
  const [network = '', bits = ''] = entry.split('/');
  if (isIP(network) > 0 && /^\d+$/.test(bits)) return isWithin(host, network, Number(bits));
  const [, bracketed, plain, ofPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(entry) ?? [];
  // An address of IPv6 alone has colons of its own.
  const name = bracketed ?? plain ?? entry;
  if ((ofPort ?? '') !== '' && ofPort !== port) return false;
  if (isIP(name) > 0) return isWithin(host, name, isIP(name) === 4 ? 32 : 128);
  if (name === '' || isIP(host) > 0) return false;
  const below = name.startsWith('*.') ? name.slice(1) : name;
  return below.startsWith('.') ? host.endsWith(below) : host === name || host.endsWith(`.${name}`);
}

function isWithin(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const named = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, bits, named);
  return list.check(host, named);
}

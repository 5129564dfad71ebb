import { domainToASCII } from 'node:url';
import { InputError } from '../input-error.js';
import { maskedUrl } from '../secrets.js';

/** Where the load goes. */
export type Target = SocketTarget | XdsTarget;

/** What is connected to as it is written. */
export type SocketTarget =
  | { kind: 'tcp'; host: string; port: number; scheme: 'http' | 'https' | null }
  | { kind: 'unix'; path: string };

/** A service whose pods a control plane names: `xds:///host:port`. */
export interface XdsTarget {
  kind: 'xds';
  host: string;
  port: number;
}

const FORMS =
  'host:port, :port, [::1]:port, unix:/path, http://host:port, https://host:port/path, ws://host:port/path or xds:///service:port';

/**
 * Reads a target as users write it.
 *
 * @param text `host:port`, `:port` (loopback), `[::1]:port`, `unix:/path`, `http://…`, `https://…`, `xds:///…`.
 * @throws InputError when it is malformed, or a URL with a path or of a WebSocket.
 */
export function parseTarget(text: string): Target {
  const { target, path, isWebSocket } = parseTargetUrl(text);
  if (isWebSocket) throw malformed(text, 'it is a WebSocket');
  if (path !== null && path !== '/') throw malformed(text, 'it has a path');
  return target;
}

/** A target that may be a whole URL. */
export interface TargetUrl {
  target: Target;
  /** With its query; null where none is written. */
  path: string | null;
  /** `ws://`, `wss://`. */
  isWebSocket: boolean;
}

/**
 * Reads a target that may be a whole URL.
 *
 * @returns The path with its query, characters outside ASCII encoded; null where none is written.
 * @throws InputError when it is malformed.
 */
export function parseTargetUrl(text: string): TargetUrl {
  const url = URL_FORM.exec(text);
  if (url === null) return { target: parsePlace(text), path: null, isWebSocket: false };
  const [, scheme = '', place = '', rest = ''] = url;
  const isTls = /^(?:https|wss)$/i.test(scheme);
  const withPort = /:\d+$/.test(place) ? place : `${place}:${isTls ? 443 : 80}`;
  const target: Target = { ...hostAndPort(withPort, text), scheme: isTls ? 'https' : 'http' };
  const isWebSocket = /^wss?$/i.test(scheme);
  return { target, path: rest === '' ? null : urlPath(rest, text), isWebSocket };
}

/**
 * Reads a target of which a connection is asked for and no request: `tcp://host:port`, `tls://host[:port]`.
 *
 * @returns Its scheme says whether there is TLS; null where the text is no such target.
 * @throws InputError when it is malformed.
 */
export function parseConnectionTarget(text: string): Target | null {
  const [, scheme = '', place = ''] = CONNECTION_FORM.exec(text) ?? [];
  if (scheme === '') return null;
  const isTls = scheme.toLowerCase() === 'tls';
  const withPort = isTls && !/:\d+$/.test(place) ? `${place}:443` : place;
  return { ...hostAndPort(withPort, text), scheme: isTls ? 'https' : 'http' };
}

const CONNECTION_FORM = /^(tcp|tls):\/\/(.*?)\/?$/i;

/** Scheme, place, and path with query. */
const URL_FORM = /^(https?|wss?):\/\/([^/?#]*)([^#]*)/i;

/** Whether a target is a URL that says what is asked for: it has a path, or is that of a WebSocket. */
export function hasPath(text: string): boolean {
  const [, scheme = '', , rest = ''] = URL_FORM.exec(text) ?? [];
  return rest !== '' || /^wss?$/i.test(scheme);
}

function urlPath(rest: string, text: string): string {
  if (/[\p{Cc} ]/u.test(rest)) throw malformed(text, 'its path has blanks: write them as %20');
  const encoded = rest.replaceAll(/[^\x21-\x7e]+/gu, encodeURIComponent);
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

function parsePlace(text: string): Target {
  const unix = /^unix:(?:\/\/)?(.+)$/.exec(text);
  if (unix !== null) return { kind: 'unix', path: unix[1] ?? '' };
  if (CONNECTION_FORM.test(text)) {
    throw malformed(
      text,
      'tcp:// and tls:// ask for the route of a connection: see explain and plan',
    );
  }
  if (/^xds:/i.test(text)) return xdsTarget(text);
  // As gRPC's own clients are told to ask DNS, which is done anyway: all addresses are connected to.
  const [, name] = /^dns:(?:\/\/\/)?([^/]+)$/i.exec(text) ?? [];
  if (name !== undefined) return { ...hostAndPort(name, text), scheme: null };
  return { ...hostAndPort(text, text), scheme: null };
}

function xdsTarget(text: string): XdsTarget {
  const [, authority, service = ''] = /^xds:(?:\/\/([^/]*)\/)?(.*)$/i.exec(text) ?? [];
  if (authority !== undefined && authority !== '') {
    throw malformed(
      text,
      `the authority "${authority}" is of a federation of control planes, and one alone is asked: write three slashes`,
    );
  }
  if (service === '') throw malformed(text, 'it names no service');
  const { host, port } = hostAndPort(service, text);
  if (service.startsWith(':')) throw malformed(text, 'it names no service');
  return { kind: 'xds', host, port };
}

/** The target as it goes into `:authority` and into the record: `127.0.0.1:8080`. */
export function formatTarget(target: Target): string {
  if (target.kind === 'unix') return `unix:${target.path}`;
  return target.kind === 'xds' ? `xds:///${hostPort(target)}` : hostPort(target);
}

/** `127.0.0.1:8080`, `[::1]:8080` */
export function hostPort({ host, port }: { host: string; port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function hostAndPort(place: string, text: string): { kind: 'tcp'; host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]/\s@]*)):(\d{1,5})$/.exec(place);
  if (match === null) {
    throw malformed(text, whatIsWrong(place));
  }
  const port = Number(match[3]);
  if (port < 1 || port > 65535) throw malformed(text, 'a port lies between 1 and 65535');
  const [, address, name = ''] = match;
  if (address !== undefined) return { kind: 'tcp', host: address, port };
  return { kind: 'tcp', host: name === '' ? '127.0.0.1' : asciiName(name, text), port };
}

/** As DNS, SNI and `:authority` take it: a name in other letters has a form in these (RFC 5891). */
function asciiName(name: string, text: string): string {
  if (/^[\x21-\x7e]*$/.test(name)) return name;
  const ascii = domainToASCII(name);
  if (ascii === '') throw malformed(text, 'its host is not a name');
  return ascii;
}

function whatIsWrong(place: string): string {
  if (/^[\w.]+\/\w+$/.test(place)) return 'it looks like METHOD, which comes after TARGET';
  // Before the path: an @ may stand in one.
  if (/^[^/?]*@/.test(place)) return 'names and passwords are given with --user';
  if (/^(?:\[[^\]]*\]|[^:[\]/?\s]*):\d+[/?]/.test(place)) {
    return 'a path stands in a URL, http://… or https://…, or in --path';
  }
  return /^[^:\s/]+$/.test(place) ? 'the port is missing' : 'it is malformed';
}

function malformed(text: string, problem: string): InputError {
  return new InputError(`"${maskedUrl(text)}" is not a target: ${problem}; write ${FORMS}`, {
    path: 'TARGET',
  });
}

import { InputError } from '../input-error.js';
import { askedFor, type AskedFor } from './asked-for.js';
import { type ContractSources, contractSources } from './contract-sources.js';
import { DEFAULTS } from './defaults.js';
import { parseDurationMs } from './duration.js';
import { type Forwarding, forwardingOf, withForwardingCall } from './forwarding.js';
import { bodyOf } from './http-settings.js';
import { requestHeaders } from './headers.js';
import { type IdentitySettings, identitySettings } from './identity-settings.js';
import type { WebProtocol } from './protocol.js';
import type { Settings } from './schema.js';
import { refuseStreamSettings, type StreamSettings, streamSettings } from './stream-settings.js';
import type { TargetUrl } from './target.js';
import { refuseTemplates } from './templates.js';

/** What is called. */
export type Call = MethodCall | HttpCall | WebSocketCall;

/** A call of a method in a contract. */
export type MethodCall = GrpcCall | WebCall;

interface AnyCall {
  /** Request headers by lower-case name. */
  metadata: [string, string][];
  /** The `:authority` to send; null: the target. */
  authority: string | null;
  identity: IdentitySettings;
}

/** A gRPC call, as gRPC's own clients make it: its contract says whether it streams. */
export interface GrpcCall extends AnyMethodCall {
  kind: 'grpc';
}

/** The same call as plain HTTP carries it, so that pages in browsers can make it. */
export interface WebCall extends AnyMethodCall {
  kind: WebProtocol;
  /** Of the page that makes it: `https://myapp.example.com`; null: none is named. */
  origin: string | null;
}

interface AnyMethodCall extends AnyCall {
  /** As the user wrote it: `pkg.Service/Method`. */
  method: string;
  /** The request in protobuf's JSON form; of a stream it may be a list of messages. */
  data: unknown;
  /** Absent: messages are sent as they are given, and streams are counted. */
  stream?: StreamSettings;
  contract: ContractSources;
  /** What the target is asked for the contract with; absent: with `metadata`. */
  reflectionMetadata?: [string, string][];
  /** What it asks an application to make; absent where it asks for nothing of the kind. */
  forwarding?: Forwarding;
}

/** A plain HTTP request. */
export interface HttpCall extends AnyCall {
  kind: 'http';
  method: string;
  /** With its query. */
  path: string;
  body: Uint8Array;
}

/** A WebSocket that is opened and closed again. */
export interface WebSocketCall extends AnyCall {
  kind: 'websocket';
  /** With its query. */
  path: string;
  /** The text that it is sent; null for none. */
  message: string | null;
}

/** By whose rules headers are sent. */
const RULES = {
  grpc: 'grpc',
  'grpc-web': 'grpc',
  'grpc-web-text': 'grpc',
  connect: 'connect',
  http: 'http',
  websocket: 'websocket',
} as const;

/** What curl's users expect to be sent where they say nothing of it. */
const ACCEPT_ANYTHING: [string, string] = ['accept', '*/*'];

/**
 * What settings call.
 *
 * @param url Path of the target, where it is a URL with one, and whether it is that of a WebSocket.
 * @throws InputError when they call nothing, or two things; or a header cannot be sent.
 */
export function callOf(given: Settings, url: Pick<TargetUrl, 'path' | 'isWebSocket'>): Call {
  const settings = withForwardingCall(given);
  const asked = askedFor(settings, url);
  const ownHeaders = 'settings' in asked ? asked.settings.headers : {};
  const metadata = { ...settings.metadata, ...ownHeaders };
  const { header = [], 'rpc-header': ofCall = [], 'reflect-header': ofReflection = [] } = settings;
  const rules = RULES[asked.kind];
  const { headers, host, removed } = requestHeaders(metadata, [...header, ...ofCall], rules);
  requireOwnUserAgent([...removed, ...headers.map(([name]) => name)]);
  const common = {
    authority: settings.authority ?? host,
    identity: identitySettings(settings),
  };
  const origin = originOf(settings, asked.kind, headers);
  if (asked.kind === 'websocket') {
    refuseStreamSettings(settings);
    const { bytes } = bodyOf(asked.settings);
    const names = new Set([...removed, ...headers.map(([name]) => name)]);
    const own = basicAuthorization(settings.user).filter(([name]) => !names.has(name));
    return {
      kind: 'websocket',
      path: asked.path,
      message: bytes.length === 0 ? null : Buffer.from(bytes).toString(),
      metadata: [...own, ...headers],
      ...common,
    };
  }
  if (asked.kind !== 'http') {
    refuseTemplates(settings);
    const { data = {} } = settings;
    const { method } = asked;
    const timeoutMs = parseDurationMs(settings.timeout ?? '') ?? DEFAULTS.timeoutMs;
    const forwarding = forwardingOf(method, data, timeoutMs);
    const call = {
      method,
      data,
      ...(forwarding === undefined ? {} : { forwarding }),
      ...streamSettings(settings),
      contract: contractSources(settings),
      ...(ofCall.length + ofReflection.length === 0
        ? {}
        : {
            reflectionMetadata: requestHeaders(metadata, [...header, ...ofReflection], rules)
              .headers,
          }),
      metadata: headers,
      ...common,
    };
    return asked.kind === 'grpc'
      ? { kind: 'grpc', ...call }
      : { kind: asked.kind, origin, ...call };
  }
  refuseStreamSettings(settings);
  const { bytes, contentType } = bodyOf(asked.settings);
  const own: [string, string][] = [ACCEPT_ANYTHING, ...basicAuthorization(settings.user)];
  if (contentType !== null) own.push(['content-type', contentType]);
  const names = new Set([...removed, ...headers.map(([name]) => name)]);
  return {
    kind: 'http',
    method: asked.method,
    path: asked.path,
    body: bytes,
    metadata: [...own.filter(([name]) => !names.has(name)), ...headers],
    ...common,
  };
}

/**
 * The origin of the page that makes a call.
 *
 * @throws InputError when no page makes such a call, or the headers name another.
 */
function originOf(
  { origin }: Pick<Settings, 'origin'>,
  kind: AskedFor['kind'],
  headers: readonly (readonly [string, string])[],
): string | null {
  if (origin === undefined) return null;
  const path = '--origin';
  if (kind === 'grpc' || kind === 'http' || kind === 'websocket') {
    throw new InputError(
      'it is that of a page, and pages speak gRPC-Web or Connect: add --protocol grpc-web, or send it with --header',
      { path },
    );
  }
  if (headers.some(([name]) => name === 'origin')) {
    throw new InputError('it is the header of the same name: drop one of the two', { path });
  }
  return origin;
}

/** @throws InputError when the user's headers set or take away the user agent. */
function requireOwnUserAgent(names: readonly string[]): void {
  if (!names.includes('user-agent')) return;
  throw new InputError(
    'the user agent names the tool and the run, by which logs are searched: add to it with --user-agent',
    { path: '--header' },
  );
}

/** RFC 7617. */
function basicAuthorization(user: string | undefined): [string, string][] {
  if (user === undefined) return [];
  return [['authorization', `Basic ${Buffer.from(user).toString('base64')}`]];
}

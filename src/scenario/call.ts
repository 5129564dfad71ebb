import { InputError } from '../input-error.js';
import { askedFor } from './asked-for.js';
import { type ContractSources, contractSources } from './contract-sources.js';
import { bodyOf } from './http-settings.js';
import { requestHeaders } from './headers.js';
import { type IdentitySettings, identitySettings } from './identity-settings.js';
import type { Settings } from './schema.js';

/** What is called. */
export type Call = GrpcCall | HttpCall;

interface AnyCall {
  /** Request headers by lower-case name. */
  metadata: [string, string][];
  /** The `:authority` to send; null: the target. */
  authority: string | null;
  identity: IdentitySettings;
}

/** A unary gRPC call. */
export interface GrpcCall extends AnyCall {
  kind: 'grpc';
  /** As the user wrote it: `pkg.Service/Method`. */
  method: string;
  /** The request in protobuf's JSON form. */
  data: unknown;
  contract: ContractSources;
}

/** A plain HTTP request. */
export interface HttpCall extends AnyCall {
  kind: 'http';
  method: string;
  /** With its query. */
  path: string;
  body: Uint8Array;
}

/** What curl's users expect to be sent where they say nothing of it. */
const ACCEPT_ANYTHING: [string, string] = ['accept', '*/*'];

/**
 * What settings call.
 *
 * @param urlPath Path of the target, where it is a URL with one.
 * @throws InputError when they call nothing, or two things; or a header cannot be sent.
 */
export function callOf(settings: Settings, urlPath: string | null): Call {
  const asked = askedFor(settings, urlPath);
  const given = { ...settings.metadata, ...(asked.kind === 'http' ? asked.settings.headers : {}) };
  const { headers, host, removed } = requestHeaders(given, settings.header ?? [], asked.kind);
  requireOwnUserAgent([...removed, ...headers.map(([name]) => name)]);
  const common = {
    authority: settings.authority ?? host,
    identity: identitySettings(settings),
  };
  if (asked.kind === 'grpc') {
    const { data = {} } = settings;
    const { method } = asked;
    return {
      kind: 'grpc',
      method,
      data,
      contract: contractSources(settings),
      metadata: headers,
      ...common,
    };
  }
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

import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent, request } from 'undici';
import { InputError } from '../../input-error.js';
import { TOOL } from '../../tool.js';
import { boundedBytes } from '../bounded-bytes.js';
import { interrupted } from '../read-text.js';
import { type Credentials, credentialsOf } from './credentials.js';
import type { ClusterAccess } from './kubeconfig.js';

/** What an API server answered. */
export interface ApiAnswer {
  status: number;
  /** As its JSON has it; a Status where something is wrong. */
  body: Readonly<Record<string, unknown>>;
}

/** Asks an API server, and changes nothing there. */
export interface ApiClient {
  /**
   * @param path With its query: `/api/v1/namespaces`.
   * @throws InputError when no answer can be had, or the server takes the caller for nobody.
   */
  get(path: string): Promise<ApiAnswer>;
  close(): Promise<void>;
}

const FLAG = { path: '--kube' };
const ANSWER_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Of one page of a list; how many pages a list has is bounded where it is read. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/**
 * Makes a client of an API server.
 *
 * @param signal Gives up when it aborts.
 * @throws InputError when the credentials cannot be had.
 */
export async function openApi(access: ClusterAccess, signal?: AbortSignal): Promise<ApiClient> {
  const { server } = access.cluster;
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new InputError(`the server of the context is no URL: ${server}`, FLAG);
  }
  const credentials = await credentialsOf(access);
  const dispatcher = dispatcherOf(access, credentials);
  return {
    get: async (path) => {
      const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      const givenUp = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      try {
        return await answerOf(`${server}${path}`, credentials, dispatcher, givenUp);
      } catch (error) {
        if (signal?.aborted === true) throw interrupted(FLAG);
        if (error instanceof Unauthorized) throw refusedCredentials(access, credentials);
        throw unreachable(error, access, credentials, timeout.aborted);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** By the proxy that the kubeconfig or the environment names, as kubectl. */
function dispatcherOf({ cluster }: ClusterAccess, { tls }: Credentials): Dispatcher {
  const connect = { ...tls, timeout: CONNECT_TIMEOUT_MS };
  const { proxyUrl } = cluster;
  if (typeof proxyUrl === 'string' && proxyUrl !== '') {
    if (!/^https?:/.test(proxyUrl)) {
      throw new InputError('only http:// and https:// proxies are understood as proxy-url', FLAG);
    }
    return new ProxyAgent({ uri: proxyUrl, requestTls: connect });
  }
  const { env } = process;
  const isProxied = [env.https_proxy, env.HTTPS_PROXY, env.http_proxy, env.HTTP_PROXY].some(
    (each) => (each ?? '') !== '',
  );
  return isProxied
    ? new EnvHttpProxyAgent({ connect, requestTls: connect })
    : new Agent({ connect });
}

class Unauthorized extends Error {}

async function answerOf(
  url: string,
  { headers }: Credentials,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const { statusCode, body } = await request(url, {
    dispatcher,
    signal,
    headers: {
      accept: 'application/json',
      'user-agent': `${TOOL.name}/${TOOL.version}`,
      ...headers,
    },
  });
  const bytes = await boundedBytes(
    body,
    { what: 'an answer of the API server', maxBytes: MAX_PAGE_BYTES },
    FLAG,
  );
  if (statusCode === 401) throw new Unauthorized();
  let content: unknown = null;
  try {
    content = JSON.parse(bytes.toString());
  } catch {
    // What answers without JSON is no API server, or a proxy before it.
    if (statusCode < 400) throw new Error('it answers with something else than JSON');
  }
  const isObject = typeof content === 'object' && content !== null;
  return { status: statusCode, body: isObject ? (content as ApiAnswer['body']) : {} };
}

function whoOf({ context, user }: ClusterAccess): string {
  return context === null ? user.name : `the user "${user.name}" of the context "${context}"`;
}

function refusedCredentials(access: ClusterAccess, { expired }: Credentials): InputError {
  const because =
    expired === null
      ? 'they have expired, were revoked, or are of another cluster'
      : `the client certificate expired on ${expired.toISOString().slice(0, 10)}`;
  return new InputError(
    `the API server ${access.cluster.server} does not accept the credentials of ${whoOf(access)}: ${because}; log in again`,
    FLAG,
  );
}

/** Codes of OpenSSL and Node.js for certificates that are not trusted. */
const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

function unreachable(
  error: unknown,
  { cluster }: ClusterAccess,
  { expired }: Credentials,
  isLate: boolean,
): InputError {
  if (error instanceof InputError) return error;
  const { code = '', message, cause } = error as NodeJS.ErrnoException;
  const words = cause instanceof Error ? cause.message : message;
  const where = `the API server ${cluster.server}`;
  if (isLate) {
    const seconds = ANSWER_TIMEOUT_MS / 1000;
    return new InputError(`${where} gave no answer within ${seconds} s: try again`, FLAG);
  }
  if (UNTRUSTED.has(code)) {
    return new InputError(
      `${where} shows a certificate that certificate-authority of the kubeconfig does not vouch for (${code}): is it the right cluster?`,
      FLAG,
    );
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return new InputError(`${where} shows a certificate that has expired: renew it`, FLAG);
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new InputError(
      `${where} shows a certificate for other names: set tls-server-name in the kubeconfig, or use one of its names`,
      FLAG,
    );
  }
  if (expired !== null && code.startsWith('ERR_SSL')) {
    const day = expired.toISOString().slice(0, 10);
    return new InputError(`the client certificate expired on ${day}: log in again`, FLAG);
  }
  const reason = code === '' ? words : code;
  return new InputError(
    `${where} cannot be reached (${reason}): is the context right, and the network or VPN up?`,
    FLAG,
  );
}

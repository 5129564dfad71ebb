import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import { InputError } from '../../input-error.js';
import { maskedUrl } from '../../secrets.js';
import { TOOL } from '../../tool.js';
import { boundedBytes } from '../bounded-bytes.js';
import { interrupted } from '../read-text.js';
import { apiFailure, busyServer, noApiServer, refusedCredentials } from './api-failure.js';
import { type Credentials, credentialsOf } from './credentials.js';
import { dispatcherFor } from './dispatcher.js';
import type { ClusterAccess } from './kubeconfig.js';
import { proxyOf } from './proxy.js';
import type { ReadBudget } from './read-budget.js';
import { Turns } from './turns.js';

/** What an API server answered. */
export interface ApiAnswer {
  status: number;
  /** As its JSON has it; a Status where something is wrong. */
  body: Readonly<Record<string, unknown>>;
}

/** Asks an API server, and changes nothing there. */
export interface ApiClient {
  /** What may still be read. */
  readonly budget: ReadBudget;
  /**
   * @param path With its query: `/api/v1/namespaces`.
   * @throws InputError when no answer can be had, or the server takes the caller for nobody.
   */
  get(path: string): Promise<ApiAnswer>;
  close(): Promise<void>;
}

const FLAG = { path: '--kube' };
const ANSWER_TIMEOUT_MS = 30_000;
/** Of one page of a list. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** A server gives each client its share, and lets those wait that ask for more. */
const AT_ONCE = 10;
/** How often a server may say that it has too much to do, and how long it may ask to wait. */
const MOST_ATTEMPTS = 5;
const MOST_WAIT_MS = 10_000;
const USUAL_WAIT_MS = 1000;

/**
 * Makes a client of an API server.
 *
 * @param signal Gives up when it aborts.
 * @throws InputError when the credentials cannot be had.
 */
export async function openApi(
  access: ClusterAccess,
  budget: ReadBudget,
  signal?: AbortSignal,
): Promise<ApiClient> {
  const { server, proxyUrl } = access.cluster;
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new InputError(`the server of the context is no URL: ${server}`, FLAG);
  }
  const proxy = proxyOf(new URL(server), proxyUrl, process.env);
  let credentials = await credentialsOf(access, { signal });
  const dispatcher = dispatcherFor(proxy, credentials);
  const turns = new Turns(AT_ONCE);
  const closing = new AbortController();
  const ended = AbortSignal.any([
    ...(signal === undefined ? [] : [signal]),
    budget.signal,
    closing.signal,
  ]);

  const once = async (path: string): Promise<RawAnswer> => {
    const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    try {
      const asked = { url: `${server}${path}`, credentials, dispatcher };
      return await answerOf(asked, budget, AbortSignal.any([timeout, ended]));
    } catch (error) {
      if (signal?.aborted === true) throw interrupted(FLAG);
      if (budget.signal.aborted) throw budget.late();
      const lateMs = timeout.aborted ? ANSWER_TIMEOUT_MS : null;
      const through = proxy === null ? null : maskedUrl(proxy.href);
      throw apiFailure(error, { access, expired: credentials.expired, lateMs, proxy: through });
    }
  };

  const authorized = async (path: string): Promise<RawAnswer> => {
    const shown = credentials.headers.Authorization;
    const answer = await once(path);
    if (answer.status !== 401) return answer;
    // A token that others renew in its file may be another one by now.
    const renewed =
      access.user.tokenFile === undefined ? credentials : await credentialsOf(access, { signal });
    if (renewed.headers.Authorization !== shown) {
      credentials = renewed;
      const again = await once(path);
      if (again.status !== 401) return again;
    }
    throw refusedCredentials(access, credentials.expired);
  };

  const get = async (path: string): Promise<ApiAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      const { waitMs, ...answer } = await authorized(path);
      if (waitMs === null) return answer;
      if (attempt === MOST_ATTEMPTS || waitMs > MOST_WAIT_MS) {
        throw busyServer(access, answer.status, waitMs);
      }
      await sleep(waitMs, undefined, { signal: ended }).catch(() => {
        throw signal?.aborted === true ? interrupted(FLAG) : budget.late();
      });
    }
  };

  return {
    budget,
    get: (path) => turns.run(() => get(path)),
    close: async () => {
      // Who still waits for a busy server waits for nothing.
      closing.abort();
      await dispatcher.destroy();
    },
  };
}

interface RawAnswer extends ApiAnswer {
  /** How long the server asks to wait before it is asked again; null: it does not. */
  waitMs: number | null;
}

async function answerOf(
  {
    url,
    credentials,
    dispatcher,
  }: { url: string; credentials: Credentials; dispatcher: Dispatcher },
  budget: ReadBudget,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const { statusCode, headers, body } = await request(url, {
    dispatcher,
    signal,
    headers: {
      accept: 'application/json',
      'user-agent': `${TOOL.name}/${TOOL.version}`,
      ...credentials.headers,
    },
  });
  const bytes = await boundedBytes(
    withinBudget(body, budget),
    { what: 'an answer of the API server', maxBytes: MAX_PAGE_BYTES },
    FLAG,
  );
  const waitMs = waitOf(statusCode, headers['retry-after']);
  return { status: statusCode, body: contentOf(bytes, statusCode, url), waitMs };
}

async function* withinBudget(
  body: AsyncIterable<Uint8Array>,
  budget: ReadBudget,
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    budget.addBytes(chunk.byteLength);
    yield chunk;
  }
}

function contentOf(bytes: Buffer, status: number, url: string): ApiAnswer['body'] {
  let content: unknown;
  try {
    content = JSON.parse(bytes.toString());
  } catch {
    // An API server itself says some of its refusals as plain text.
    if (status < 400) throw noApiServer(url, status);
  }
  const isObject = typeof content === 'object' && content !== null;
  return isObject ? (content as ApiAnswer['body']) : {};
}

/** Source: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/ */
function waitOf(status: number, retryAfter: string | string[] | undefined): number | null {
  const isBusy = status === 429 || (status >= 500 && retryAfter !== undefined);
  if (!isBusy) return null;
  const seconds = Number(retryAfter ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : USUAL_WAIT_MS;
}

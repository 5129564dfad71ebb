import { InputError } from '../input-error.js';
import { count as countText, counted as countedText, digits } from '../number-text.js';
import { maskedUrl } from '../secrets.js';
import type { Settings } from './schema.js';

/**
 * Requests that an application makes for this client: Istio's echo server, asked by ForwardEcho, makes so many
 * of them a call and answers with what each of them was answered.
 */
export interface Forwarding {
  /** As the user wrote it. */
  url: string;
  /** Of the URL, in lower case: `xds`, `grpc`, `http` … */
  scheme: string;
  host: string;
  /** null: that of the scheme. */
  port: number | null;
  /** With its query. */
  path: string;
  /** Of plain HTTP. */
  method: string;
  /** Of the requests that are made, by lower-case name. */
  headers: [string, string][];
  /** Requests that one call makes. */
  count: number;
  /** In which all requests of a call must be answered, in ms. */
  setTimeoutMs: number;
}

/** The method that asks for it. */
export const FORWARDING_METHOD = 'proto.EchoTestService/ForwardEcho';

/** Requests of a call where nothing is said of it: a failed call hides the answers of all of them. */
const DEFAULT_COUNT = 10;
/** What the application gives all requests of a call together, and how many it makes at a time. */
const DEFAULT_SET_MS = 5000;
const AT_A_TIME = 20;
/** What an entry of the answer takes beside texts of the user's: 546 bytes were measured. */
const ENTRY_BYTES = 600;
/** What clients of gRPC take of an answer, and this one does. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Less time than this for each request is told. */
const LITTLE_MS = 100;

type CallSettings = Pick<Settings, 'call' | 'http' | 'data' | 'forward-to' | 'timeout'>;

/**
 * Settings that name where the requests go, with the call that asks for them.
 *
 * @throws InputError when they ask for something else besides.
 */
export function withForwardingCall<T extends CallSettings>(settings: T): T & CallSettings {
  const { 'forward-to': url, call, http, data = {} } = settings;
  if (url === undefined) return settings;
  const path = '--forward-to';
  if (http !== undefined || (call !== undefined && !isForwardingMethod(call))) {
    throw new InputError(
      `it is a call of ${FORWARDING_METHOD} itself: drop the ${http === undefined ? 'method' : 'HTTP request'}, or this`,
      { path },
    );
  }
  const given = objectOf(data);
  if (given.url !== undefined && given.url !== url) {
    throw new InputError('the data name another url: drop one of the two', { path });
  }
  return { ...settings, call: FORWARDING_METHOD, data: { url, count: DEFAULT_COUNT, ...given } };
}

/** Whether a method, as users write it, asks for requests that an application makes. */
function isForwardingMethod(method: string): boolean {
  return /^\/?proto\.EchoTestService[./]ForwardEcho$/.test(method);
}

/**
 * What a call asks an application to make.
 *
 * @param method As the user wrote it.
 * @param data Of the request, in protobuf's JSON form.
 * @param timeoutMs Of the call.
 * @returns undefined where it asks for nothing of the kind.
 * @throws InputError when it cannot come to an answer.
 */
export function forwardingOf(
  method: string,
  data: unknown,
  timeoutMs: number,
): Forwarding | undefined {
  if (!isForwardingMethod(method)) return undefined;
  const fields = objectOf(data);
  const url = textOf(fields.url);
  if (url === '') {
    throw new InputError(
      'say where the application sends its requests: -d \'{"url":"xds:///echo.NAMESPACE.svc.cluster.local:7070"}\', or --forward-to URL',
      { path: '--data' },
    );
  }
  const micros = wholeNumber(fields, 'timeout_micros', 'timeoutMicros');
  const forwarding: Forwarding = {
    ...placeIn(url),
    url,
    method: textOf(fields.method) || 'GET',
    headers: headersIn(fields.headers),
    // Nothing given is one request.
    count: wholeNumber(fields, 'count') || 1,
    setTimeoutMs: micros === 0 ? DEFAULT_SET_MS : micros / 1000,
  };
  requireRoom(forwarding, textOf(fields.message));
  requireTime(forwarding, wholeNumber(fields, 'qps'), timeoutMs);
  return forwarding;
}

/** Fewer calls hardly show whether the requests of one hang together. */
const FEW_CALLS = 32;

/** What a person should know of a call before it is sent. @param calls That are planned; null where none are. */
export function forwardingNotes(
  { count, setTimeoutMs }: Forwarding,
  calls: number | null,
): string[] {
  const each = (setTimeoutMs * AT_A_TIME) / count;
  return [
    ...(count <= AT_A_TIME || each >= LITTLE_MS
      ? []
      : [
          `note: the ${countedText(count, 'request')} of a call have ${secondsText(setTimeoutMs)} together, ${AT_A_TIME} at a time, so about ${digits(each)} ms each; a call that takes longer fails as a whole: give it more (timeout_micros), or a smaller count and more calls (-n)`,
        ]),
    ...(calls === null || calls >= FEW_CALLS
      ? []
      : [
          `note: ${countedText(calls, 'call')} of ${countedText(count, 'request')} are enough if those are drawn each by itself, and too few to show well whether they are: a smaller count makes more calls of them`,
        ]),
  ];
}

/** @throws InputError when no answer can hold what each of the requests is answered. */
function requireRoom({ count, headers }: Forwarding, message: string): void {
  // The application that is asked prints the headers and the message that it was sent.
  const texts = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 30, 0);
  const each = ENTRY_BYTES + Buffer.byteLength(message) + texts;
  const most = Math.max(1, Math.floor(MAX_ANSWER_BYTES / each));
  if (count <= most) return;
  throw new InputError(
    `the answers of ${countedText(count, 'request')}, about ${countText(each)} bytes each, do not fit the 4 MiB of one answer: ask for at most ${countText(most)} in count, and make more calls (-n)`,
    { path: '--data' },
  );
}

/** @throws InputError when the requests cannot all be made in the time that they have. */
function requireTime(
  { count, setTimeoutMs }: Forwarding,
  perSecond: number,
  timeoutMs: number,
): void {
  const takesMs = perSecond === 0 ? 0 : (count / perSecond) * 1000;
  if (takesMs > setTimeoutMs) {
    throw new InputError(
      `${countedText(count, 'request')} at a qps of ${countText(perSecond)} take ${secondsText(takesMs)}, and the application gives all of a call ${secondsText(setTimeoutMs)}: ask for a smaller count, a larger qps, or more time (timeout_micros)`,
      { path: '--data' },
    );
  }
  if (setTimeoutMs > timeoutMs) {
    throw new InputError(
      `the application may take ${secondsText(setTimeoutMs)} for the requests of a call (timeout_micros), and this client waits ${secondsText(timeoutMs)}: let it wait longer`,
      { path: '--timeout' },
    );
  }
}

function secondsText(ms: number): string {
  return `${digits(ms / 1000)} s`;
}

type Place = Pick<Forwarding, 'scheme' | 'host' | 'port' | 'path'>;

/** @throws InputError when it is no URL of a host. */
function placeIn(url: string): Place {
  // What follows xds: is a name for the control plane to resolve, with an authority that may be empty.
  const match =
    /^([a-z][a-z0-9+.-]*):\/\/(?:\/)?(\[[0-9a-fA-F:.%]+\]|[^/?#:@\s]+)(?::(\d{1,5}))?([/?][^#\s]*)?$/i.exec(
      url,
    );
  const port = match?.[3] === undefined ? null : Number(match[3]);
  if (match === null || (port !== null && (port < 1 || port > 65_535))) {
    throw new InputError(
      `"${maskedUrl(url)}" is no URL for the application to send to: write xds:///SERVICE:PORT, grpc://HOST:PORT or http://HOST:PORT/PATH`,
      { path: '--forward-to' },
    );
  }
  const [, scheme = '', host = '', , rest = '/'] = match;
  return {
    scheme: scheme.toLowerCase(),
    host: host.replace(/^\[|\]$/g, ''),
    port,
    path: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

function objectOf(data: unknown): Record<string, unknown> {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    return data as Record<string, unknown>;
  }
  throw new InputError(`${FORWARDING_METHOD} takes one message: give a JSON object`, {
    path: '--data',
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** In protobuf's JSON form numbers may be texts. Absent is 0. */
function wholeNumber(fields: Record<string, unknown>, ...names: string[]): number {
  const name = names.find((one) => fields[one] !== undefined);
  const value = name === undefined ? 0 : Number(fields[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InputError(`${name ?? ''} is not a whole number of at least 0`, { path: '--data' });
}

function headersIn(value: unknown): [string, string][] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).flatMap((one): [string, string][] => {
    const { key, value: text } = (one ?? {}) as { key?: unknown; value?: unknown };
    return typeof key === 'string' ? [[key.toLowerCase(), textOf(text)]] : [];
  });
}

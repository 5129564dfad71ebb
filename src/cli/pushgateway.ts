import { InputError } from '../input-error.js';
import type { RunRecord } from '../record/run-record.js';
import { plainText } from '../report/plain-text.js';
import { FORMATS } from '../report/formats.js';
import { maskedUrl } from '../secrets.js';
import { type Arguments, single } from './arguments.js';

/** A server that gets the report. */
export interface Pushed<Report> {
  /** As it is called in messages. */
  name: string;
  /** Loads what it takes. */
  load: () => Promise<unknown>;
  /** @throws Error that says in one line why it could not be done. */
  push: (report: Report, signal: AbortSignal) => Promise<void>;
}

/** A Pushgateway that metrics go to. */
interface Pushgateway {
  /** Without user and password. */
  url: URL;
  /** `Basic …`; null where the URL names nobody. */
  authorization: string | null;
  job: string;
}

/** How long the whole exchange may take, in ms; and once the command is to end. */
const PATIENCE_MS = 10_000;
const HURRIED_MS = 1000;
const DEFAULT_JOB = 'splitproof';
const MAX_ANSWER_SHOWN = 200;

/**
 * Reads `--push` and `--push-job`, before anything is sent.
 *
 * @returns null where nothing is to be pushed.
 * @throws InputError when the URL is none of HTTP.
 */
export function pushgateway(args: Arguments): Pushed<RunRecord> | null {
  const text = single(args, 'push') as string | undefined;
  const job = single(args, 'push-job') as string | undefined;
  if (text === undefined) {
    if (job === undefined) return null;
    throw new InputError('nothing is pushed: give --push URL too', { path: '--push-job' });
  }
  if (job === '') throw new InputError('it is empty', { path: '--push-job' });
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new InputError('write the URL of a Pushgateway, such as http://pushgateway:9091', {
      path: '--push',
    });
  }
  const { username, password } = url;
  const shown = maskedUrl(text);
  url.username = '';
  url.password = '';
  const authorization = username === '' && password === '' ? null : basic(username, password);
  const gateway: Pushgateway = { url, authorization, job: job ?? DEFAULT_JOB };
  return {
    name: `--push ${shown}`,
    load: FORMATS.prometheus.load,
    push: (record, signal) => push(gateway, record, signal),
  };
}

function basic(username: string, password: string): string {
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(user).toString('base64')}`;
}

/**
 * Puts the metrics of a run in the place of those that the Pushgateway has of its job, and of its name where it has
 * one. A URL with `/metrics/job/…` in it is taken as it is.
 *
 * @param signal Aborts when the command is to end.
 * @throws Error that says in one line why it could not be done.
 */
async function push(
  { url, job, authorization }: Pushgateway,
  record: RunRecord,
  signal: AbortSignal,
): Promise<void> {
  const overdue = new AbortController();
  const giveUp = (ms: number) =>
    setTimeout(() => {
      overdue.abort();
    }, ms);
  const timers = [giveUp(signal.aborted ? HURRIED_MS : PATIENCE_MS)];
  signal.addEventListener('abort', () => timers.push(giveUp(HURRIED_MS)), { once: true });
  try {
    const answer = await fetch(groupUrl(url, job, record.scenario), {
      method: 'PUT',
      body: await FORMATS.prometheus.render(record, { width: Infinity, colour: false }),
      redirect: 'manual',
      signal: overdue.signal,
      headers: {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        ...(authorization === null ? {} : { authorization }),
      },
    });
    const said = await beginningOf(answer);
    if (!answer.ok)
      throw new Error(`it answered ${answer.status}${said === '' ? '' : `: ${said}`}`);
  } catch (error) {
    if (overdue.signal.aborted) throw new Error('it does not answer', { cause: error });
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

/** https://github.com/prometheus/pushgateway, "URL": `/metrics/job/JOB{/LABEL/VALUE}`. */
function groupUrl(url: URL, job: string, name: string | null): URL {
  if (/\/metrics\/job(@base64)?\//.test(url.pathname)) return url;
  const group = new URL(url);
  const labels = [...grouping('job', job), ...(name === null ? [] : grouping('name', name))];
  group.pathname = `${url.pathname.replace(/\/$/, '')}/metrics/${labels.join('/')}`;
  return group;
}

/** A value with a slash goes as base64, the alphabet of URLs. */
function grouping(label: string, value: string): string[] {
  const isPlain = !value.includes('/') && value !== '.' && value !== '..';
  return isPlain
    ? [label, encodeURIComponent(value)]
    : [`${label}@base64`, Buffer.from(value).toString('base64url')];
}

/** What it says is for people: one line, and not endless. */
async function beginningOf(answer: Response): Promise<string> {
  if (answer.body === null) return '';
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of answer.body) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    if (text.length >= MAX_ANSWER_SHOWN) break;
  }
  return plainText(text.trim().slice(0, MAX_ANSWER_SHOWN));
}

/** The cause of what `fetch` throws says what went wrong, and it itself only that something did. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) {
    return cause.errors[0].message;
  }
  return cause instanceof Error ? cause.message : error.message;
}

import { loggedEnd, isFailureLogged } from '../../call/logged-end.js';
import { LineCounter, type LoggedLine } from '../../count/line-counter.js';
import { outcomeReader, statusReader } from '../../count/outcome.js';
import type { Counted } from '../../count/counted.js';
import { podFinder } from '../../count/proxied/address-book.js';
import { fileChunks } from '../../inputs/file-chunks.js';
import { followedChunks } from '../../inputs/followed-chunks.js';
import { LogLines } from '../../inputs/log-lines.js';
import { unreadable } from '../../inputs/read-text.js';
import { OF_ROUTES } from '../../log/line-needs.js';
import { type LineParser, lineParser } from '../../log/line-parser.js';
import type { LogLine } from '../../log/log-line.js';
import { upstreamFinder } from '../access-log/upstream.js';
import type { RunCall } from '../ask.js';
import type { RunOptions } from '../options.js';
import { pathOnly, routeOfLines } from './route-lines.js';

/** Which lines of which log are read. */
export interface LogReading {
  /** A file, or `-`. */
  from: string;
  /** null: as usual. */
  format: string | null;
  routeName: string | null;
  /** Requests to count; null for all that come. */
  requests: number | null;
  /** How long lines are read from now on, in ms; null: what is there, to its end. */
  forMs: number | null;
}

const TELL_MS = 200;
/** Clocks differ; a line from further ahead says nothing of when it was. */
const MOST_AHEAD_MS = 86_400_000;
const WHAT = 'an access log';
const FLAG = '--identity';

/**
 * Counts the lines of a call's route in an access log.
 *
 * @throws InputError when the log cannot be read, or its format cannot be gone by.
 */
export async function readLog(
  call: RunCall,
  reading: LogReading,
  { signal, onProgress }: Pick<RunOptions, 'signal' | 'onProgress'>,
): Promise<Counted> {
  const { requests } = reading;
  const counter = new LineCounter(call.loaded.counting, requests);
  const take = lineTaker(call, reading, counter);
  const lines = new LogLines();
  const over = new AbortController();
  const clock =
    reading.forMs === null
      ? undefined
      : setTimeout(() => {
          over.abort();
        }, reading.forMs);
  const isEnough = (): boolean => requests !== null && counter.requests >= requests;
  // Where none of so many could be told apart, none of those to come will be.
  const isHopeless = (): boolean =>
    requests !== null && counter.requests === 0 && counter.notToldApart >= requests;
  const isOver = (): boolean => isEnough() || isHopeless();
  const either = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const takeAll = (all: readonly string[]): void => {
    for (const line of all) {
      if (isOver()) return;
      take(line);
    }
  };
  let hasEnded = false;
  let toldAtMs = 0;
  try {
    for await (const chunk of await chunksOf(reading, either)) {
      takeAll(lines.push(chunk));
      if (isOver() || either.aborted) break;
      if (performance.now() - toldAtMs < TELL_MS) continue;
      toldAtMs = performance.now();
      onProgress?.({ phase: 'reading-log', lines: counter.requests, expected: requests });
    }
    hasEnded = !either.aborted && !isOver();
    // What is still being written is no line yet.
    if (hasEnded) takeAll(lines.end());
  } catch (error) {
    if (!either.aborted) throw unreadable(error, WHAT, { file: reading.from, path: FLAG });
  } finally {
    clearTimeout(clock);
    over.abort();
  }
  for (let left = lines.tooLong; left > 0; left--) counter.addUnreadable('(a line of over 64 KiB)');
  const isInterrupted = signal?.aborted === true && !isOver();
  return counter.counted({ hasEnded, wasSilent: !lines.hasBytes, isInterrupted });
}

/** What is in a file is read as it is; what comes from now on, only where a time is given for it. */
async function chunksOf(
  { from, forMs }: LogReading,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (from === '-' || forMs !== null) {
    return await followedChunks({ from, what: WHAT, flag: FLAG, signal });
  }
  return fileChunks(from, signal, null);
}

/** Makes what counts one line after the other. */
function lineTaker(
  { asked, loaded, places, taker }: RunCall,
  { format, routeName }: LogReading,
  counter: LineCounter,
): (text: string) => void {
  const { counting, request } = loaded;
  const { attribution } = counting;
  const parse: LineParser = lineParser(format, OF_ROUTES);
  const routeOf = routeOfLines(request, taker, routeName);
  const findUpstream = upstreamFinder(attribution, places, podFinder(attribution.proxy.addresses));
  const outcomeOf = outcomeReader(counting);
  const statusOf = statusReader(counting);
  return (text) => {
    const line = parse(text);
    if (line === null) {
      counter.addUnreadable(text);
      return;
    }
    const route = routeOf(line);
    if (route.kind === 'other') {
      counter.addOther(shownRequest(line));
      return;
    }
    if (route.kind === 'either') {
      counter.addNotToldApart(route.headers);
      return;
    }
    const end = loggedEnd(asked.protocol, line);
    const { flags, connectionFailure, attempts, durationMs, clientAddress, clientPort } = line;
    counter.add({
      ...{ flags, connectionFailure, attempts, durationMs },
      upstream: findUpstream(line),
      // Without its port an address is that of many connections.
      client: clientPort === null ? null : (clientAddress ?? String(clientPort)),
      ...startOf(line, Date.now()),
      outcome: outcomeOf(end),
      status: statusOf(end),
      cause: outcomeOf(end) === 'ok' ? '' : end.cause,
      isFailureLogged: isFailureLogged(asked.protocol, line),
      isHostLogged: line.authority !== null,
    });
  };
}

/** Where the line does not say when it was, it was about now. */
function startOf(
  { startedAtMs, durationMs }: LogLine,
  nowMs: number,
): Pick<LoggedLine, 'startedAtMs' | 'isStartLogged'> {
  return startedAtMs !== null && startedAtMs < nowMs + MOST_AHEAD_MS
    ? { startedAtMs, isStartLogged: true }
    : { startedAtMs: nowMs - (durationMs ?? 0), isStartLogged: false };
}

/** `GET shop.example.com/cart`; a route's name where the log has no more. */
function shownRequest({ method, authority, path, routeName }: LogLine): string {
  if (path === null) return `route ${routeName ?? ''}`;
  return `${method ?? ''} ${authority ?? ''}${pathOnly(path)}`.trim();
}

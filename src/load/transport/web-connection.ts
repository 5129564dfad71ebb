import { NO_STATUS } from '../../call/answer.js';
import { asHttpRequest } from '../../call/web/http-request.js';
import { type WebRequest, isWebRequest } from '../../call/web/request.js';
import type { CarriedRequest } from '../../call/kinds.js';
import { ConnectAnswer } from './connect-answer.js';
import type { ReadsHttp } from './reads-http.js';
import type { CallStart, Connection, ConnectionEvents, ConnectionLedger } from './transport.js';
import { WebAnswer } from './web-answer.js';

/** What came of a call, of any connection: it is told before the next comes to anything. */
const GRPC_WEB = new WebAnswer();
const CONNECT = new ConnectAnswer();

/** Opens a connection that carries HTTP requests. */
export type DialHttp = (events: ConnectionEvents) => Promise<Connection>;

/** Requests as HTTP carries them: those of gRPC-Web and Connect are POST requests with a body. */
export function withoutWeb(requests: readonly (CarriedRequest | WebRequest)[]): CarriedRequest[] {
  return requests.map((request) => (isWebRequest(request) ? asHttpRequest(request) : request));
}

/**
 * Opens a connection whose answers to calls of gRPC-Web and Connect are read as such.
 *
 * @param requests What it can call, in the order of {@link withoutWeb}.
 * @param dial Opens what carries them.
 */
export async function dialWeb(
  requests: readonly (CarriedRequest | WebRequest)[],
  dial: DialHttp,
  events: ConnectionEvents,
): Promise<Connection> {
  const readers = requests.map((request) => {
    if (!isWebRequest(request)) return null;
    return request.kind === 'connect' ? CONNECT : GRPC_WEB;
  });
  const reading = new WebReading(readers, events);
  return new WebConnection(await dial(reading), reading);
}

/** Reads the answers of a connection on their way to the load. */
class WebReading implements ConnectionEvents {
  /** What reads the answers to a call, by its number; null where they are taken as they are. */
  readonly #readers: readonly (ReadsHttp | null)[];
  readonly #events: ConnectionEvents;
  /** The call that a slot makes; null where one reader has them all. */
  readonly #callOf: number[] | null;
  /** Whether the answer of the slot that is being ended has been read. */
  #isRead = false;

  constructor(readers: readonly (ReadsHttp | null)[], events: ConnectionEvents) {
    this.#readers = readers;
    this.#events = events;
    this.#callOf = readers.every((reader) => reader === readers[0]) ? null : [];
  }

  begin(slot: number, call: number): void {
    if (this.#callOf !== null) this.#callOf[slot] = call;
  }

  readonly onAnswer: ConnectionEvents['onAnswer'] = (slot, answer) => {
    const reader = this.#readerOf(slot);
    if (reader === null) {
      this.#events.onAnswer(slot, answer);
      return;
    }
    this.#isRead = answer.status !== NO_STATUS;
    this.#events.onAnswer(slot, this.#isRead ? reader.from(answer) : reader.fromPart(answer));
  };

  readonly onEnd: ConnectionEvents['onEnd'] = (slot, end) => {
    const reader = this.#readerOf(slot);
    if (reader === null) {
      this.#events.onEnd(slot, end);
      return;
    }
    // Its answer came right before it.
    const isRead = this.#isRead && end.kind === 'answered';
    this.#isRead = false;
    this.#events.onEnd(slot, isRead ? reader.endingAs(end) : reader.fromEnd(end));
  };

  readonly onRoom: ConnectionEvents['onRoom'] = () => {
    this.#events.onRoom();
  };

  #readerOf(slot: number): ReadsHttp | null {
    return this.#readers[this.#callOf?.[slot] ?? 0] ?? null;
  }
}

class WebConnection implements Connection {
  readonly remote: string;
  readonly #http: Connection;
  readonly #reading: WebReading;

  constructor(http: Connection, reading: WebReading) {
    this.remote = http.remote;
    this.#http = http;
    this.#reading = reading;
  }

  get localPorts(): readonly number[] {
    return this.#http.localPorts ?? [];
  }

  get trouble(): string | null {
    return this.#http.trouble;
  }

  get shortage(): Connection['shortage'] {
    return this.#http.shortage;
  }

  call(slot: number, call: number, number: number): CallStart {
    const start = this.#http.call(slot, call, number);
    if (start === 'started') this.#reading.begin(slot, call);
    return start;
  }

  cancel(slot: number): void {
    this.#http.cancel(slot);
  }

  ledger(): ConnectionLedger {
    return this.#http.ledger();
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

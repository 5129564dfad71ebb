import { NO_STATUS } from '../../call/answer.js';
import { asHttpRequest } from '../../call/grpc-web/http-request.js';
import { type GrpcWebRequest, isWebRequest } from '../../call/grpc-web/request.js';
import type { CarriedRequest } from '../../call/kinds.js';
import type { CallStart, Connection, ConnectionEvents, ConnectionLedger } from './transport.js';
import { WebAnswer } from './web-answer.js';

/** Opens a connection that carries HTTP requests. */
export type DialHttp = (events: ConnectionEvents) => Promise<Connection>;

/** Requests as HTTP carries them: those of gRPC-Web are POST requests with a body. */
export function withoutWeb(
  requests: readonly (CarriedRequest | GrpcWebRequest)[],
): CarriedRequest[] {
  return requests.map((request) => (isWebRequest(request) ? asHttpRequest(request) : request));
}

/**
 * Opens a connection whose answers to calls of gRPC-Web are read as such.
 *
 * @param requests What it can call, in the order of {@link withoutWeb}.
 * @param dial Opens what carries them.
 */
export async function dialWeb(
  requests: readonly (CarriedRequest | GrpcWebRequest)[],
  dial: DialHttp,
  events: ConnectionEvents,
): Promise<Connection> {
  const calls = requests.map(isWebRequest);
  const reading = new WebReading(calls, events);
  return new WebConnection(await dial(reading), reading);
}

/** Reads the answers of a connection on their way to the load. */
class WebReading implements ConnectionEvents {
  /** Whether a call is one of gRPC-Web, by its number. */
  readonly #isWeb: readonly boolean[];
  readonly #events: ConnectionEvents;
  /** The call that a slot makes. */
  readonly #callOf: number[] = [];
  readonly #answer = new WebAnswer();
  /** Whether the answer of the slot that is being ended has been read. */
  #isRead = false;

  constructor(isWeb: readonly boolean[], events: ConnectionEvents) {
    this.#isWeb = isWeb;
    this.#events = events;
  }

  begin(slot: number, call: number): void {
    this.#callOf[slot] = call;
  }

  readonly onAnswer: ConnectionEvents['onAnswer'] = (slot, answer) => {
    if (this.#isWeb[this.#callOf[slot]!] !== true) {
      this.#events.onAnswer(slot, answer);
      return;
    }
    this.#isRead = answer.status !== NO_STATUS;
    this.#events.onAnswer(
      slot,
      this.#isRead ? this.#answer.from(answer) : this.#answer.fromPart(answer),
    );
  };

  readonly onEnd: ConnectionEvents['onEnd'] = (slot, end) => {
    if (this.#isWeb[this.#callOf[slot]!] !== true) {
      this.#events.onEnd(slot, end);
      return;
    }
    // Its answer came right before it.
    const isRead = this.#isRead && end.kind === 'answered';
    this.#isRead = false;
    this.#events.onEnd(slot, isRead ? this.#answer.endingAs(end) : this.#answer.fromEnd(end));
  };

  readonly onRoom: ConnectionEvents['onRoom'] = () => {
    this.#events.onRoom();
  };
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

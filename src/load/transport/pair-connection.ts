import type { CarriedRequest } from '../../call/kinds.js';
import type {
  CallStart,
  Connection,
  ConnectionEvents,
  ConnectionLedger,
  EndStreams,
} from './transport.js';

/** Opens a connection that can make some of the calls. */
export type DialFor<R extends CarriedRequest> = (
  requests: readonly R[],
  events: ConnectionEvents,
) => Promise<Connection>;

/**
 * Opens two connections that the load takes for one: gRPC needs HTTP/2, and plain HTTP is to be sent
 * with HTTP/1.1.
 *
 * @param requests Some of either kind.
 */
export async function dialPair(
  requests: readonly CarriedRequest[],
  dialGrpc: DialFor<Extract<CarriedRequest, { kind: 'grpc' }>>,
  dialHttp: DialFor<Extract<CarriedRequest, { kind: 'http' }>>,
  events: ConnectionEvents,
): Promise<Connection> {
  const grpc = requests.filter((request) => request.kind === 'grpc');
  const http = requests.filter((request) => request.kind === 'http');
  const [forGrpc, forHttp] = await Promise.all([dialGrpc(grpc, events), dialHttp(http, events)]);
  let [ofGrpc, ofHttp] = [0, 0];
  const calls = requests.map(({ kind }): PairCall =>
    kind === 'grpc'
      ? { connection: forGrpc, own: ofGrpc++ }
      : { connection: forHttp, own: ofHttp++ },
  );
  return new PairConnection(forGrpc, forHttp, calls);
}

/** Which of the two makes a call, and what it calls it. */
interface PairCall {
  connection: Connection;
  own: number;
}

class PairConnection implements Connection {
  readonly remote: string;
  readonly #grpc: Connection;
  readonly #http: Connection;
  readonly #calls: readonly PairCall[];

  constructor(grpc: Connection, http: Connection, calls: readonly PairCall[]) {
    this.remote = grpc.remote;
    this.#grpc = grpc;
    this.#http = http;
    this.#calls = calls;
  }

  get localPorts(): number[] {
    return [this.#grpc, this.#http].flatMap(({ localPorts }) => localPorts ?? []);
  }

  get trouble(): string | null {
    return this.#grpc.trouble ?? this.#http.trouble;
  }

  get shortage(): Connection['shortage'] {
    return this.#grpc.shortage ?? this.#http.shortage ?? null;
  }

  call(slot: number, call: number, number: number): CallStart {
    const { connection, own } = this.#calls[call]!;
    return connection.call(slot, own, number);
  }

  cancel(slot: number): void {
    this.#grpc.cancel(slot);
    this.#http.cancel(slot);
  }

  endStreams(how: EndStreams): void {
    this.#grpc.endStreams?.(how);
  }

  endStream(slot: number, how: EndStreams): void {
    this.#grpc.endStream?.(slot, how);
  }

  ledger(): ConnectionLedger {
    const [grpc, http] = [this.#grpc.ledger(), this.#http.ledger()];
    const broken = new Map(grpc.broken);
    for (const [by, count] of http.broken) broken.set(by, (broken.get(by) ?? 0) + count);
    return { ...http, ...grpc, broken, reconnects: grpc.reconnects + http.reconnects };
  }

  async close(): Promise<void> {
    await Promise.all([this.#grpc.close(), this.#http.close()]);
  }
}

import assert from 'node:assert/strict';
import type { GrpcAnswers } from '../../src/call/grpc/answers.js';
import { statusReader } from '../../src/count/outcome.js';
import type { LoadOrder } from '../../src/load/load-order.js';
import { openTransport } from '../../src/load/transport/open-transport.js';
import { GRPC_STATUS_NAMES } from '../../src/wire/grpc/status.js';

/** What a call came to, as far as clients must agree. */
export interface Seen {
  /** Whether the peer has answered, and how often that was told. */
  answers: number;
  kind: string;
  status: string;
  cause: string;
  message: string;
  headers: (string | undefined)[];
  trailers: (string | undefined)[];
}

/** As it is counted. */
const statusOf = statusReader({ answers: { kind: 'grpc' } as GrpcAnswers });

/** Makes one call on a connection of its own. */
export async function callOnce(order: LoadOrder): Promise<Seen> {
  const { signal } = new AbortController();
  const transport = await openTransport(
    order.transport,
    order.calls.map(({ request }) => request),
    { callsPerConnection: 1 },
    signal,
  );
  const nothing = { message: '', headers: [], trailers: [] };
  let answered: Pick<Seen, 'message' | 'headers' | 'trailers'> = nothing;
  let answers = 0;
  let resolve: (seen: Seen) => void;
  const ended = new Promise<Seen>((done) => (resolve = done));
  const connection = await transport.dial(0, order.addresses, {
    onAnswer: (_slot, answer) => {
      answers += 1;
      answered = {
        message: Buffer.from(
          answer.buffer.subarray(answer.messageStart, answer.messageEnd),
        ).toString(),
        headers: ['x-pod-name', 'server', 'content-type', 'set-cookie'].map((name) =>
          answer.header(name),
        ),
        trailers: ['x-case-seen'].map((name) => answer.trailer(name)),
      };
    },
    onEnd: (_slot, end) => {
      const status = GRPC_STATUS_NAMES[statusOf(end)]!;
      resolve({ answers, kind: end.kind, status, cause: end.cause, ...answered });
    },
    onRoom: () => undefined,
  });
  assert.equal(connection.call(0, 0, 0), 'started');
  const seen = await ended;
  await connection.close();
  return seen;
}

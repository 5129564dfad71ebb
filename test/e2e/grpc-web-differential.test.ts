import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  Client,
  credentials,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  status as Status,
} from '@grpc/grpc-js';
import type { WebRequest } from '../../src/call/web/request.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { CONNECT_BRIDGE, GRPC_WEB } from '../fixtures/envoy-config.js';
import { callOnce } from '../load/call-once.js';
import { httpOrder } from '../load/http-order.js';

const PATH = '/cases.Cases/Ask';
const TIMEOUT = { timeout: 60_000 };

/** What the server is asked to answer: the message of the request, as JSON. */
interface Case {
  status?: number;
  details?: string;
  /** Of the reply. */
  bytes?: number;
  trailer?: string;
  header?: string;
}

const CASES: Record<string, Case> = {
  'a reply': { bytes: 5 },
  'an empty reply': { bytes: 0 },
  'a reply of a byte': { bytes: 1 },
  'a reply of 3 MB': { bytes: 3_000_000 },
  'a reply of 900 kB': { bytes: 900_000 },
  'a reply with a trailer': { bytes: 10, trailer: 'yes' },
  'a header that says who': { bytes: 10, header: 'pod-1' },
  'details beyond ASCII': { status: 5, details: 'näher nicht: 50 % 🦔\nzweite Zeile' },
  'a failure with a trailer and no details': { status: 9, trailer: 'no' },
  ...Object.fromEntries(
    Array.from({ length: 16 }, (_, index) => [
      `the status ${index + 1}`,
      { status: index + 1, details: `so ${index + 1}` },
    ]),
  ),
};

/** Envoy's filter of Connect keeps a whole reply, and no more than a connection's buffer takes: one of HTTP/1.1 takes so much. */
const MOST_BRIDGED_BYTES = 1024 * 1024;

/** What clients must agree on. */
interface Seen {
  status: string;
  details: string;
  bytes: number;
  trailer: string | undefined;
  header: string | undefined;
}

function answer(call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void {
  const {
    status = 0,
    details = '',
    bytes = 0,
    trailer,
    header,
  } = JSON.parse(call.request.toString()) as Case;
  if (header !== undefined) {
    const headers = new Metadata();
    headers.set('x-pod-name', header);
    call.sendMetadata(headers);
  }
  const trailers = new Metadata();
  if (trailer !== undefined) trailers.set('x-case-seen', trailer);
  if (status === 0) callback(null, Buffer.alloc(bytes, 'x'), trailers);
  else
    callback({ code: Status[Status[status] as keyof typeof Status], details, metadata: trailers });
}

const asItIs = (bytes: Buffer): Buffer => bytes;

/** The same call by gRPC's own library. */
function byGrpcJs(address: string, asked: Case): Promise<Seen> {
  const client = new Client(address, credentials.createInsecure());
  return new Promise((resolve) => {
    let outcome: { error: ServiceError | null; reply: Buffer | undefined } | undefined;
    let header: string | undefined;
    const call = client.makeUnaryRequest<Buffer, Buffer>(
      PATH,
      asItIs,
      asItIs,
      Buffer.from(JSON.stringify(asked)),
      new Metadata(),
      { deadline: Date.now() + 10_000 },
      (error, reply) => (outcome = { error, reply }),
    );
    call.on('metadata', (headers: Metadata) => (header = headers.get('x-pod-name')[0]?.toString()));
    call.on('status', ({ metadata }: { metadata: Metadata }) => {
      client.close();
      resolve({
        status: Status[outcome?.error?.code ?? 0]!,
        details: outcome?.error?.details ?? '',
        bytes: outcome?.reply?.length ?? 0,
        trailer: metadata.get('x-case-seen')[0]?.toString(),
        header,
      });
    });
  });
}

async function byWeb(
  address: string,
  asked: Case,
  kind: WebRequest['kind'],
  httpVersion: '1.1' | '2',
): Promise<Seen> {
  const plain = httpOrder(address, {});
  const request: WebRequest = {
    kind,
    path: PATH,
    authority: address,
    scheme: 'http',
    metadata: [],
    message: Buffer.from(JSON.stringify(asked)),
    timeoutMs: 10_000,
    origin: null,
  };
  const { status, cause, message, headers, trailers } = await callOnce({
    ...plain,
    calls: [{ ...plain.calls[0]!, request }],
    transport: { ...plain.transport, httpVersion },
  });
  return {
    status,
    details: cause,
    bytes: message.length,
    trailer: trailers[0],
    header: headers[0],
  };
}

describe('gRPC-Web and Connect through Envoy, beside the same calls by grpc-js', TIMEOUT, () => {
  const server = new Server();
  let envoy: Envoy;
  before(async () => {
    const method = {
      path: PATH,
      requestStream: false,
      responseStream: false,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    } as const;
    server.addService({ Ask: method }, { Ask: answer });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    const clusters = [{ name: 'server', weight: 1, ports: [port] }];
    envoy = await startEnvoy({
      listeners: [GRPC_WEB, CONNECT_BRIDGE].map((filter) => {
        return { kind: 'http', filters: [filter], clusters };
      }),
    });
  });
  after(async () => {
    await envoy.stop();
    server.forceShutdown();
  });

  for (const [name, asked] of Object.entries(CASES)) {
    it(`agrees on ${name}`, async () => {
      const expected = await byGrpcJs(envoy.address, asked);
      assert.equal(expected.status, Status[asked.status ?? 0]);
      for (const kind of ['grpc-web', 'grpc-web-text'] as const) {
        for (const version of ['1.1', '2'] as const) {
          const seen = await byWeb(envoy.addresses[0]!, asked, kind, version);
          assert.deepEqual(seen, expected, `${kind} over HTTP/${version}`);
        }
      }
      for (const version of ['1.1', '2'] as const) {
        const { details, ...seen } = await byWeb(envoy.addresses[1]!, asked, 'connect', version);
        if (version === '1.1' && expected.bytes > MOST_BRIDGED_BYTES) {
          assert.match(details, /buffer size exceeds the configured limit/);
          continue;
        }
        // The filter leaves the words of a failure as gRPC encodes them.
        const decoded = { ...seen, details: decodeURIComponent(details) };
        assert.deepEqual(decoded, expected, `Connect over HTTP/${version}`);
      }
    });
  }
});

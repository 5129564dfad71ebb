import { encodeMessage } from '../../src/call/grpc/message.js';
import { findMethod } from '../../src/call/grpc/method.js';
import { replyContract } from '../../src/call/grpc/reply-contract.js';
import { defaultIdentity } from '../../src/call/identity-presets.js';
import { attributionTable } from '../../src/count/attribution.js';
import { loadContract } from '../../src/inputs/contract.js';
import type { LoadControl } from '../../src/load/coordinator.js';
import type { LoadOrder } from '../../src/load/load-order.js';
import type { LoadPlan } from '../../src/load/plan.js';

const METHOD = findMethod(
  await loadContract({ protoFiles: [], importPaths: [], protosets: [] }),
  'helloworld.Greeter/SayHello',
);

/** Loads of a Greeter with versions v1 and v2. @param address `host:port`, plaintext. */
export function greeterOrder(
  address: string,
  plan: Partial<LoadPlan>,
  engine: 'h2' | 'grpc-js' = 'h2',
): LoadOrder {
  const [host = '', port = ''] = address.split(':');
  const tokens = ['v1', 'v2'].map((version, destination) => ({
    token: version,
    version,
    destination,
  }));
  const whole: LoadPlan = {
    connections: 4,
    concurrency: 8,
    requests: 100,
    durationMs: null,
    requestsPerSecond: null,
    atMostPerSecond: null,
    stopsOnHarm: false,
    warmup: null,
    timeoutMs: 10_000,
    workers: 1,
    callParts: [1],
    seed: 1,
    ...plan,
  };
  const target = { kind: 'tcp', host, port: Number(port) } as const;
  return {
    plan: whole,
    calls: [
      {
        request: {
          kind: 'grpc',
          path: '/helloworld.Greeter/SayHello',
          authority: address,
          scheme: 'http',
          metadata: [],
          message: encodeMessage(METHOD.input, { name: 'Jack' }),
          timeoutMs: whole.timeoutMs,
        },
        counting: {
          answers: {
            kind: 'grpc',
            identity: defaultIdentity('/helloworld.Greeter/SayHello')!,
            reply: replyContract(METHOD.output),
          },
          attribution: attributionTable(['v1', 'v2'], [], tokens),
          okStatuses: [[0, 0]],
          observationsPerCall: 1,
          spreadSize: 20,
        },
      },
    ],
    transport: {
      kind: 'sockets',
      engine,
      target,
      tls: null,
      httpVersion: '2',
      connectTimeoutMs: 5000,
    },
    addresses: [target],
  };
}

/** The same load with other settings of the transport. */
export function withTransport(order: LoadOrder, settings: { connectTimeoutMs: number }): LoadOrder {
  return { ...order, transport: { ...order.transport, ...settings } };
}

/** Watches and stops nothing. */
export function unwatched(signal?: AbortSignal): LoadControl {
  return { signal: signal ?? new AbortController().signal, onProgress: () => undefined };
}

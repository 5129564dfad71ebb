import type { LoadJob } from '../../src/load/load-job.js';
import type { LoadPlan } from '../../src/load/plan.js';
import { attributionTable } from '../../src/count/attribution.js';
import { loadContract } from '../../src/inputs/contract.js';
import { encodeMessage } from '../../src/call/grpc/message.js';
import { findMethod } from '../../src/call/grpc/method.js';
import { replyContract } from '../../src/call/grpc/reply-contract.js';

const METHOD = findMethod(
  loadContract({ protoFiles: [], importPaths: [], protosets: [] }),
  'helloworld.Greeter/SayHello',
);

/** Loads of a Greeter with versions v1 and v2. @param address `host:port`, plaintext. */
export function greeterJob(address: string, plan: Partial<LoadPlan>): LoadJob {
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
    warmup: null,
    timeoutMs: 10_000,
    workers: 1,
    callParts: [1],
    seed: 1,
    ...plan,
  };
  return {
    plan: whole,
    calls: [
      {
        prepared: {
          path: '/helloworld.Greeter/SayHello',
          authority: address,
          scheme: 'http',
          metadata: [],
          message: encodeMessage(METHOD.input, { name: 'Jack' }),
          timeoutMs: whole.timeoutMs,
        },
        identity: { kind: 'greeter' },
        reply: replyContract(METHOD.output),
        attribution: attributionTable(['v1', 'v2'], [], tokens),
        destinations: 2,
        blockSize: 20,
      },
    ],
    engine: { name: 'h2', tls: null, connectTimeoutMs: 5000 },
    endpoints: [{ kind: 'tcp', host, port: Number(port) }],
  };
}

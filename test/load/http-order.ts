import { httpAnswers } from '../../src/call/http/answers.js';
import { attributionTable } from '../../src/count/attribution.js';
import { type IdentitySpec, NO_IDENTITY } from '../../src/call/identity.js';
import type { LoadOrder } from '../../src/load/load-order.js';
import type { LoadPlan } from '../../src/load/plan.js';

/** What is asked for, and how. */
export interface HttpOrder {
  /** GET unless told. */
  method?: string;
  /** `/` unless told. */
  path?: string;
  headers?: readonly (readonly [string, string])[];
  body?: Uint8Array;
  /** Who answered, as the answer says it; nothing is read unless told. */
  identity?: IdentitySpec;
}

/**
 * Loads of plain requests over HTTP/1.1 in plaintext, with a connection for each in flight. Whoever answers is a
 * destination of its own.
 *
 * @param address `host:port`
 */
export function httpOrder(
  address: string,
  plan: Partial<LoadPlan>,
  { method = 'GET', path = '/', headers = [], body, identity = NO_IDENTITY }: HttpOrder = {},
): LoadOrder {
  const [host = '', port = ''] = address.split(':');
  const target = { kind: 'tcp', host, port: Number(port) } as const;
  const whole: LoadPlan = {
    connections: 4,
    concurrency: 4,
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
  return {
    plan: whole,
    calls: [
      {
        request: {
          kind: 'http',
          method,
          path,
          authority: address,
          scheme: 'http',
          metadata: headers,
          body: body ?? new Uint8Array(0),
          timeoutMs: whole.timeoutMs,
        },
        counting: {
          answers: httpAnswers(identity, headers),
          attribution: { ...attributionTable([], [], []), podsAreDestinations: true },
          okStatuses: [[200, 399]],
          observationsPerCall: 1,
          spreadSize: Infinity,
        },
      },
    ],
    transport: {
      kind: 'sockets',
      engine: 'h2',
      target,
      tls: null,
      httpVersion: '1.1',
      connectTimeoutMs: 5000,
    },
    addresses: [target],
  };
}

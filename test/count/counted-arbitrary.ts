import fc from 'fast-check';
import { connectionCounts } from '../../src/count/call-counter.js';
import type { CallCounting } from '../../src/count/call-counting.js';
import type { BrokenBy, Counted } from '../../src/count/counted.js';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { mergeReadings } from '../../src/count/proxy-readings.js';
import { emptyCallCounts, nothingCounted } from '../../src/count/nothing-counted.js';
import { unreported } from '../../src/count/unreported.js';
import {
  CONNECTIONS,
  FORWARDED_CALL,
  ScriptedMember,
  type ScriptedRequest,
  scriptedRequests,
  SPLIT_CALL,
  START_EPOCH_MS,
  STREAMED_CALL,
} from './scripted-member.js';

/**
 * The calls of generated runs: one of one answer to known destinations, one of several to any, and one of
 * streams of messages.
 */
export const ARBITRARY_CALLS: readonly CallCounting[] = [SPLIT_CALL, FORWARDED_CALL, STREAMED_CALL];

const MAX_REQUESTS = 25;
/** Names that objects have already are names like others. */
const CODES = ['CANCEL', 'constructor', '__proto__'];

/** Records as programs make them: with the usual prototype. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

/** Times that add up are whole microseconds. */
const micros = (maxMs: number) => fc.nat(maxMs * 1000).map((some) => some / 1000);

const span = record({
  offsetMs: micros(20_000),
  lastsMs: micros(60_000),
  sendingMs: micros(60_000),
}).map(({ offsetMs, lastsMs, sendingMs }) => ({
  startMs: START_EPOCH_MS + offsetMs,
  endMs: START_EPOCH_MS + offsetMs + lastsMs,
  sendingMs: Math.min(lastsMs, sendingMs),
}));

const member = record({
  engine: fc.constantFrom('h2', 'grpc-js'),
  connections: fc.constant(CONNECTIONS),
  concurrency: fc.integer({ min: 1, max: 64 }),
  utilisation: fc.double({ min: 0, max: 1, noNaN: true }),
  lagP99Ms: fc.double({ min: 0, max: 50, noNaN: true }),
  lagMaxMs: fc.double({ min: 50, max: 100, noNaN: true }),
  latenessP99Ms: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
});

const silence = record({
  startMs: fc.nat(60_000).map((ms) => START_EPOCH_MS + ms),
  lengthMs: fc.double({ min: 1000, max: 10_000, noNaN: true }),
});

const unreachable = record({
  address: fc.constantFrom('10.0.0.1:80', '10.0.0.2:80'),
  kind: fc.constantFrom('refused', 'timeout'),
  message: fc.constantFrom('connection refused', 'no answer within 5000 ms'),
});

const tls = record({
  version: fc.constantFrom('TLSv1.2', 'TLSv1.3'),
  cipher: fc.constant('TLS_AES_128_GCM_SHA256'),
  alpn: fc.constantFrom('h2', null),
  certificate: fc.option(
    record({
      subject: fc.constantFrom('CN=a', 'CN=b'),
      issuer: fc.constant('CN=ca'),
      altNames: fc.constantFrom('DNS:a', null),
      validFrom: fc.constant('2026-01-01T00:00:00.000Z'),
      validTo: fc.constant('2027-01-01T00:00:00.000Z'),
    }),
  ),
  seenAt: fc.constantFrom('2026-02-01T00:00:00.000Z', '2026-02-03T00:00:00.000Z'),
});

const transport = record({
  resent: fc.nat(9),
  goaway: fc.nat(9),
  reconnects: fc.nat(9),
  rstStream: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...CODES), fc.integer({ min: 1, max: 9 })), {
      selector: ([code]) => code,
    })
    .map((entries) => new Map(entries)),
  broken: fc
    .uniqueArray(
      fc.tuple(
        fc.constantFrom<BrokenBy>('connection', 'reset', 'violation'),
        fc.integer({ min: 1, max: 9 }),
      ),
      { selector: ([by]) => by },
    )
    .map((entries) => new Map(entries)),
  maxConcurrentStreams: fc.option(fc.nat(100)),
  streamWaits: record({ count: fc.nat(9), totalMs: micros(1000) }),
  tls: fc.array(tls, { maxLength: 2 }),
});

const growth = fc
  .tuple(fc.nat(50), fc.nat(50))
  .map(([before, grown]) => ({ before, after: before + grown }));

const proxy = record({
  url: fc.constantFrom('http://10.0.0.1:15000', 'http://10.0.0.2:15000'),
  problem: fc.constantFrom(null, null, 'it could not be read', 'its counters fell'),
  endpoints: fc.uniqueArray(
    record({
      cluster: fc.constantFrom('outbound|80|v1|s', '__proto__'),
      destination: fc.constantFrom('v1', null),
      address: fc.constantFrom('10.0.0.3:80', '10.0.0.4:80'),
      requests: growth,
      errors: growth,
    }),
    { maxLength: 3, selector: ({ cluster, address }) => `${cluster} ${address}` },
  ),
});

const told = fc.array(
  record({ name: fc.constantFrom('v1', '__proto__'), share: fc.constantFrom(0.2, 0.8) }),
  { maxLength: 2 },
);
const controlPlane = record({
  server: fc.constantFrom('127.0.0.1:15010', 'unix:/etc/istio/proxy/XDS'),
  changes: fc.array(
    record({
      call: fc.constant(0),
      atMs: fc.constant(START_EPOCH_MS + 5),
      before: told,
      after: told,
    }),
    { maxLength: 1 },
  ),
  losses: fc.array(
    record({
      fromMs: fc.constant(START_EPOCH_MS + 3),
      untilMs: fc.constantFrom(START_EPOCH_MS + 4, null),
      why: fc.constant('closed'),
    }),
    { maxLength: 1 },
  ),
  unusable: fc.array(
    record({
      atMs: fc.constant(START_EPOCH_MS + 6),
      what: fc.constant('RDS'),
      why: fc.constant(''),
    }),
    { maxLength: 1 },
  ),
});

const scripts = fc.tuple(
  scriptedRequests(1, MAX_REQUESTS),
  scriptedRequests(5, MAX_REQUESTS),
  scriptedRequests(3, MAX_REQUESTS),
);

const remotes = fc.constantFrom('127.0.0.1:80', '[::1]:80');

/** Requests of each of {@link ARBITRARY_CALLS}, counted by one member. */
export function countedFrom(
  requests: readonly (readonly ScriptedRequest[])[],
  remote = '127.0.0.1:80',
  firstConnection = 0,
): Counted {
  const results = ARBITRARY_CALLS.map((counting, call) =>
    new ScriptedMember(counting, requests[call] ?? []).endAll().counter.counts(),
  );
  const own = Array.from({ length: CONNECTIONS }, (_, index) => ({
    number: firstConnection + index,
    remote,
  }));
  return {
    ...nothingCounted(results.map(({ call }) => call)),
    connections: connectionCounts(own, results),
  };
}

const EXAMPLE = {
  ...{ status: 0, headers: ['content-type: "application/grpc"'], trailers: [] },
  ...{ replyBytes: 7, identity: null },
};

/** A member, or a shard, that took a sample. */
const sampled: fc.Arbitrary<Counted> = record({
  requests: scripts,
  remote: remotes,
  firstConnection: fc.constantFrom(0, CONNECTIONS),
  span,
  isInterrupted: fc.boolean(),
  stopped: fc.option(
    record({
      code: fc.constantFrom('sequential', 'harm', 'silent'),
      afterRequests: fc.nat(100),
      destination: fc.option(fc.constantFrom('v1', 'v2')),
    }),
  ),
  members: fc.array(member, { maxLength: 2 }),
  silences: fc.array(silence, { maxLength: 2 }),
  unreachable: fc.array(unreachable, { maxLength: 2 }),
  transport,
  cpuMicros: fc.nat(1_000_000),
  excluded: fc.nat(100),
  rollout: fc.option(record({ waitedMs: micros(10_000), followed: fc.boolean() })),
  proxies: fc
    .uniqueArray(proxy, { maxLength: 2, selector: ({ url }) => url })
    // In the order in which they are joined.
    .map((proxies) => mergeReadings(proxies, [])),
  controlPlane: fc.option(controlPlane),
  probed: fc.option(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9))),
  example: fc.option(fc.constantFrom('{"a":1}', '{}')),
  lost: fc.option(fc.constantFrom('connection refused', 'connection lost')),
}).map(({ requests, remote, firstConnection, probed, example, lost, controlPlane, ...rest }) => {
  const { calls, connections } = countedFrom(requests, remote, firstConnection);
  const [split] = calls;
  if (probed !== null) {
    const [v1, v2, other, missing] = probed;
    const observed = [v1, v2, other];
    split!.probe = { connections: v1 + v2 + other + missing, observed, missing };
  }
  if (example !== null) split!.uncountable = { ...EXAMPLE, reply: example };
  const all = connections.map((connection, at) =>
    lost === null || at > 0
      ? connection
      : { ...connection, errors: 3, lost: { lastAnswerMs: START_EPOCH_MS, trouble: lost } },
  );
  const controlPlanes = controlPlane === null ? {} : { controlPlanes: [controlPlane] };
  return { ...nothingCounted(calls), ...rest, ...controlPlanes, connections: all };
});

/** A member that died. */
const dead: fc.Arbitrary<Counted> = record({
  why: fc.constantFrom('out of memory', 'it was stuck: it said nothing any more'),
  sent: fc.array(fc.nat(50), {
    minLength: CONNECTIONS * ARBITRARY_CALLS.length,
    maxLength: CONNECTIONS * ARBITRARY_CALLS.length,
  }),
  unsent: fc.nat(50),
  remote: remotes,
  excluded: fc.nat(100),
}).map(({ why, sent, unsent, remote, excluded }) =>
  unreported({
    why,
    calls: ARBITRARY_CALLS.map((counting, call) => ({
      counting,
      sent: sent.slice(call * CONNECTIONS, (call + 1) * CONNECTIONS),
      unsent,
    })),
    connections: Array.from({ length: CONNECTIONS }, (_, number) => ({ number, remote })),
    excluded,
  }),
);

/** A part that could reach nothing, and sent nothing. */
const unreached: fc.Arbitrary<Counted> = fc
  .array(unreachable, { minLength: 1, maxLength: 2 })
  .map((addresses) => ({
    ...nothingCounted(
      ARBITRARY_CALLS.map(({ attribution, spreadSize }) =>
        emptyCallCounts(attribution.destinations, spreadSize),
      ),
    ),
    unreachable: addresses,
  }));

/**
 * Counts of a part of a run with the calls {@link ARBITRARY_CALLS}: of a member that went well, was
 * interrupted or stopped, met silence, or died, or of one that reached nothing. In the order in which
 * joined counts stand.
 */
export const countedArbitrary: fc.Arbitrary<Counted> = fc
  .oneof({ weight: 5, arbitrary: sampled }, { weight: 1, arbitrary: dead }, unreached)
  .map((counted) => mergeCounts(counted, nothingCounted()));

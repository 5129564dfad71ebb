import type {
  CallRecord,
  FindingRecord,
  LatencyRecord,
  RunRecord,
} from '../../../src/record/run-record.js';
import { goldenRecord } from '../golden-runs.js';

/** Text that would do harm as markup, on a terminal or to the order of what is around it. */
export const HOSTILE = [
  `<script>document.title = 'taken'</script>`,
  `<img src=x onerror="document.title='taken'">`,
  `"><svg onload=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</style></title></textarea><b id="injected">bold</b>`,
  '\u001b[31mred\u001b[0m\u0000',
  'two\nlines\u2028three',
  '\u202eright to left\u202c שלום مرحبا',
  'lone \ud800 surrogate',
  '&lt;b&gt; &amp;',
].join(' ');

const LONG = 'x'.repeat(10_000);

const FINDING: FindingRecord = {
  code: 'errors-concentrated',
  severity: 'warning',
  about: 'target',
  call: null,
  place: null,
  summary: 'Most of what failed was to be answered by one destination.',
  evidence: '',
  advice: '',
};

/** A record of each kind of page that can come of a run, by what it is. */
export async function pageRecords(): Promise<Record<string, RunRecord>> {
  const pass = await goldenRecord('verify-pass');
  const fail = await goldenRecord('verify-fail');
  return {
    pass,
    fail,
    bench: await goldenRecord('bench-pass'),
    stalled: await goldenRecord('bench-stalled'),
    unreachable: await goldenRecord('verify-unreachable'),
    interrupted: await goldenRecord('verify-interrupted'),
    'several-calls': severalCalls(pass, fail),
    'every-part': everyPart(await goldenRecord('verify-compared')),
    'across-change': acrossChange(pass),
    pinned: pinned(fail),
    hostile: hostile(await goldenRecord('verify-errors')),
    huge: huge(pass),
  };
}

function callOf(record: RunRecord): CallRecord {
  return record.calls[0]!;
}

function severalCalls(pass: RunRecord, fail: RunRecord): RunRecord {
  const { reasons } = callOf(fail);
  return {
    ...fail,
    scenario: 'several calls',
    reasons: reasons.map((reason) => ({ ...reason, call: 'helloworld.Greeter/SayHello (2)' })),
    calls: [
      callOf(pass),
      callOf(fail),
      { ...callOf(pass), call: 'grpc.examples.echo.Echo/UnaryEcho' },
    ],
  };
}

/** A run of 2 minutes whose weights changed after 83.4 seconds, when 2 requests failed. */
export function acrossChange(record: RunRecord): RunRecord {
  const call = callOf(record);
  const split = call.split!;
  const after = (seconds: number): string =>
    new Date(Date.parse(record.startedAt) + seconds * 1000).toISOString();
  const counts = { failed: 0, timedOut: 0, cancelled: 0, unsent: 0 };
  const side = (v1: number, v2: number, expectedShare: number) => ({
    ...{ sent: v1 + v2, ok: v1 + v2, observed: { v1, v2 } },
    ...{ verdict: 'pass' as const, reasons: [], requestsPlanned: null, pValue: 0.5 },
    destinations: [
      { name: 'v1', observed: v1, failed: 0, expectedShare },
      { name: 'v2', observed: v2, failed: 0, expectedShare: 1 - expectedShare },
    ],
  });
  const change: CallRecord['change'] = {
    outcome: 'found',
    moment: {
      at: after(83.4),
      began: [after(83.2), after(83.6)],
      ended: [after(83.2), after(83.6)],
      ...{ isGradual: false, isToOthers: false },
    },
    ...{ moments: [], again: null, maxErrorRate: 0.01 },
    before: { ...counts, from: after(0), to: after(82.7), ...side(900, 100, 0.9) },
    during: {
      ...counts,
      ...{ from: after(82.7), to: after(84.1), sent: 89, ok: 87, failed: 2 },
      observed: { v1: 70, v2: 17 },
    },
    after: { ...counts, from: after(84.1), to: after(120), ...side(1200, 800, 0.6) },
    failures: [
      {
        ...{ from: after(83.4), to: after(83.5), status: 'UNAVAILABLE', count: 2 },
        ...{ cause: 'connection reset', destination: null },
      },
    ],
  };
  // What is judged are the sides: the whole has neither tolerance nor test.
  const destinations = split.destinations.map((one) => ({ ...one, tolerance: null }));
  return {
    ...record,
    calls: [{ ...call, change, split: { ...split, destinations, test: null } }],
  };
}

/** Everything that a record may have, so that each part of the page is there. */
function everyPart(record: RunRecord): RunRecord {
  const call = callOf(record);
  const { overall } = call.latencyMs;
  const route = {
    source: 'VirtualService default/grpc-vs',
    file: 'virtual-service.yaml',
    line: 1,
    rule: 'http[0]',
    match: 'port 8080',
    gatewayPort: 8080,
  };
  const every: CallRecord = {
    ...call,
    name: 'greeting',
    labels: { team: 'greeters' },
    route,
    behind: { service: 'reviews', frontRoute: route },
    checks: [{ kind: 'page', verdict: 'pass', text: 'the page shows every part of it' }],
    connectionProbe: { connections: 5, observed: { v1: 3, v2: 1 }, missing: 1 },
    accessLog: {
      ...{ lines: 6000, excess: 0, flags: { UF: 3 }, withoutUpstream: 0, unknown: 0 },
      ...{ unreadable: 1, connectionsKnown: true, requestsKnown: true },
    },
    programmed: {
      source: 'http://127.0.0.1:15000',
      table: 'http.8080',
      virtualHost: '*:8080',
      routes: ['route 1'],
      destinations: [{ name: 'v1', configuredShare: 0.6, programmedShare: 0.5 }],
      answeredByProxy: 0.5,
      difference: 'The proxy sends v1 half of the requests.',
      incomparable: null,
    },
    streams: {
      ...{ countedBy: 'streams', messagesReceived: 600, messagesSent: 60, messagesPerSecond: 99 },
      ...{ firstMessageMs: overall, betweenMessagesMs: overall, endedByClient: 2 },
      ...{ sendWaits: { count: 2, totalMs: 5 }, cut: { lastedMs: overall, silentMs: overall } },
    },
    retries: {
      said: 6000,
      attempts: { 1: 5990, 2: 10 },
      byDestination: { v1: { 1: 3595, 2: 5 }, v2: { 1: 2395, 2: 5 } },
      policy: {
        ...{ attempts: 2, perTryTimeoutMs: 500, retryOn: 'unavailable', byDefault: false },
        ...{ isByStatusAlone: false, place: null },
      },
      remaining: [{ status: 'UNAVAILABLE', count: 3, coverage: 'covered' }],
    },
    forwards: {
      ...{ url: 'http://echo', count: 10, hidden: 3, statuses: { 500: 2 } },
      lacking: { empty: 0, fewer: 0, more: 0, unreadable: 0 },
      failures: [{ code: 'Unavailable', reason: 'no healthy upstream', calls: 1, errors: 2 }],
      singles: { sent: 5, observed: { v1: 4 }, unknown: 1, failures: [] },
    },
  };
  return {
    ...record,
    calls: [every],
    labels: { commit: '6a3bc01', branch: 'main' },
    via: 'gateway:default/grpc-gateway',
    rollout: { waitedSeconds: 12, followed: true },
    stopped: { code: 'sequential', afterRequests: 6000, destination: null },
    proxyCounters: {
      replicas: [{ url: 'http://127.0.0.1:15000', problem: null }],
      clusters: [
        {
          ...{ destination: 'v1', cluster: 'outbound|v1', requests: 3600 },
          errors: 1,
          endpoints: [],
        },
      ],
      ...{ requests: 3600, sent: 6000, comparison: 'within-sent' },
    },
    transport: {
      ...record.transport,
      rstStream: { CANCEL: 2 },
      tls: {
        ...{ version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', alpn: 'h2' },
        seenAt: record.startedAt,
        certificate: {
          ...{ subject: 'CN=gateway', issuer: 'CN=ca', altNames: 'DNS:gateway' },
          ...{ validFrom: 'Jan 1 2026', validTo: 'Jan 1 2027', daysLeft: 200.5 },
        },
      },
    },
    windows: record.windows.map((window, index) => ({
      ...window,
      failed: index % 7 === 3 ? 2 : 0,
      ...timed({ ...overall, p50: 2 + Math.sin(index / 3), p99: 40 + 30 * Math.cos(index / 5) }),
    })),
    silences: [{ startSeconds: 1, lengthSeconds: 0.5 }],
    findings: (['error', 'warning', 'info'] as const).map((severity) => ({
      ...FINDING,
      severity,
      place: { file: 'vs.yaml', line: 3, column: 5, document: 2, path: 'spec.http[0]' },
      evidence: 'v2 62 of 2,400, v1 1 of 3,600 (p < 1e-16)',
      advice: 'Look at the pods of v2.',
    })),
  };
}

/** How long what was sent in a window took, of all destinations. */
function timed(overall: LatencyRecord): Pick<RunRecord['windows'][number], 'latencyMs'> {
  return { latencyMs: { overall, byDestination: {} } };
}

/** Each connection with one destination. */
function pinned(record: RunRecord): RunRecord {
  const connections = Array.from({ length: 100 }, (_, at) => ({
    remote: '127.0.0.1:8080',
    observed: { [at % 3 === 0 ? 'v1' : 'v2']: 30 + at },
    missing: at % 9 === 0 ? 1 : 0,
  }));
  return {
    ...record,
    transport: { ...record.transport, connections },
    findings: [{ ...FINDING, code: 'pinned-connections' }],
  };
}

/** The same text wherever somebody else's may stand, and a long one. */
function hostile(record: RunRecord): RunRecord {
  const call = callOf(record);
  const split = call.split!;
  const [v1, v2] = split.destinations;
  const { v1: histogram = '' } = call.latencyMs.histograms;
  return {
    ...record,
    tool: { name: HOSTILE, version: HOSTILE },
    labels: { [HOSTILE]: HOSTILE, long: LONG },
    scenario: HOSTILE,
    target: LONG,
    via: HOSTILE,
    runId: HOSTILE,
    reasons: [{ code: HOSTILE, text: `${HOSTILE} ${LONG}`, call: HOSTILE }],
    calls: [
      {
        ...call,
        call: HOSTILE,
        name: HOSTILE,
        labels: { [HOSTILE]: HOSTILE },
        checks: [{ kind: HOSTILE, verdict: 'fail', text: HOSTILE }],
        split: {
          ...split,
          destinations: [
            { ...v1!, name: HOSTILE, pods: [{ name: HOSTILE, observed: 3 }] },
            { ...v2!, name: LONG, pods: [{ name: LONG, observed: 3 }] },
          ],
          vouchers: { [HOSTILE]: 3 },
        },
        latencyMs: {
          ...call.latencyMs,
          byDestination: { [HOSTILE]: call.latencyMs.overall },
          histograms: { [HOSTILE]: histogram, [LONG]: HOSTILE },
        },
        status: { [HOSTILE]: 3 },
        failures: [{ status: HOSTILE, cause: `${HOSTILE} ${LONG}`, count: 3 }],
      },
    ],
    transport: {
      ...record.transport,
      rstStream: { [HOSTILE]: 1 },
      connections: [{ remote: HOSTILE, observed: { [HOSTILE]: 3, [LONG]: 4 }, missing: 0 }],
    },
    windows: record.windows.map((window) => ({
      ...window,
      observed: { [HOSTILE]: 6, [LONG]: 4, __proto__: 3 },
    })),
    thresholds: [{ expression: HOSTILE, observed: 3, unit: 'ms', ok: false }],
    findings: [
      {
        ...FINDING,
        code: HOSTILE,
        call: HOSTILE,
        place: { file: HOSTILE, line: 1, column: 1, document: null, path: HOSTILE },
        ...{ summary: HOSTILE, evidence: LONG, advice: HOSTILE },
      },
    ],
  };
}

/** A day, a thousand pods, and more destinations than anybody looks at. */
function huge(record: RunRecord): RunRecord {
  const call = callOf(record);
  const split = call.split!;
  const [like] = split.destinations;
  const names = Array.from({ length: 300 }, (_, at) => `subset-${at}`);
  const destinations = names.map((name) => ({
    ...like!,
    name,
    ...{ expectedShare: 1 / 300, share: 1 / 300, interval: [0.002, 0.005] as [number, number] },
    tolerance: 0.001,
    pods: Array.from({ length: 4 }, (_, pod) => ({ name: `${name}-${pod}`, observed: 2 })),
  }));
  const histogram = Object.values(call.latencyMs.histograms)[0] ?? '';
  const { overall } = call.latencyMs;
  const byDestination = Object.fromEntries(names.map((name) => [name, overall]));
  const pods = destinations.flatMap((each) =>
    each.pods.map(({ name }) => [name, overall] as const),
  );
  return {
    ...record,
    calls: [
      {
        ...call,
        split: { ...split, destinations },
        latencyMs: {
          ...call.latencyMs,
          ...{ byDestination, byPod: Object.fromEntries(pods) },
          histograms: Object.fromEntries(names.map((name) => [name, histogram])),
        },
      },
    ],
    transport: {
      ...record.transport,
      connections: Array.from({ length: 2000 }, () => ({
        remote: '127.0.0.1:8080',
        observed: Object.fromEntries(names.map((name) => [name, 1])),
        missing: 0,
      })),
    },
    durationSeconds: 86_400,
    windowSeconds: 8.64,
    windows: Array.from({ length: 10_000 }, (_, at) => ({
      startSeconds: at * 8.64,
      observed: Object.fromEntries(names.slice(0, 40).map((name, of) => [name, 40 + of])),
      failed: at % 100,
      ...timed({ ...overall, p50: 3, p99: 3 + (at % 50) }),
    })),
    findings: Array.from({ length: 500 }, () => FINDING),
  };
}

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from '../../src/record/run-record.js';
import { ISTIO_JSON, ISTIO_TEXT } from '../fixtures/access-log-formats.js';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { type EnvoyCluster, type EnvoyListener, FAULT } from '../fixtures/envoy-config.js';
import { podList } from '../fixtures/pod-list.js';
import {
  BROKEN_EVERY,
  type ByVersion,
  type ReviewsPods,
  startReviewsPods,
  type Version,
  VERSIONS,
} from '../fixtures/reviews-pods.js';

type HttpListener = Extract<EnvoyListener, { kind: 'http' }>;
type HttpVersion = '1.1' | '2';

/** What the manifests say, and what they do not. */
const RIGHT: ByVersion = { v1: 10, v2: 40, v3: 50 };
const WRONG: ByVersion = { v1: 20, v2: 30, v3: 50 };
/**
 * Well above the 3,354 that are planned for 10/40/50, 3,611 each of two calls: a right split passes with
 * near certainty.
 */
const TO_PASS = 6000;
/** What is ten points off fails with fewer. */
const TO_FAIL = 4000;
/** Where the counts alone are looked at. */
const TO_COUNT = 1000;
const REVIEWS = [
  ...['-f', 'scenarios/bookinfo/app.yaml'],
  ...['-f', 'scenarios/bookinfo/destination-rule-reviews.yaml'],
  ...['-f', 'test/data/reviews/gateway.yaml'],
];
const MANIFESTS = [...REVIEWS, '-f', 'test/data/reviews/no-header.yaml'];
/** How each path of the pods names them. */
const SOURCES = {
  text: ['/text', 'text:told by (\\S+)'],
  JSON: ['/json', 'json:reviewer.pod'],
  header: ['/header', 'header:x-pod'],
} as const;
/** Envoy tries no more than three requests again at a time. */
const AT_ONCE = ['-c', '3', '--connections', '32', '--http-version', '2'];

function byVersion(count: (version: Version) => number): ByVersion {
  return { v1: count('v1'), v2: count('v2'), v3: count('v3') };
}

function minus(more: ByVersion, less: ByVersion): ByVersion {
  return byVersion((version) => more[version] - less[version]);
}

function plus(one: ByVersion, other: ByVersion): ByVersion {
  return byVersion((version) => one[version] + other[version]);
}

function total(counts: ByVersion): number {
  return counts.v1 + counts.v2 + counts.v3;
}

function splitOf({ calls }: RunRecord, call = 0) {
  return calls[call]!.split!;
}

/** Answers by destination. */
function observed(record: RunRecord, call = 0): ByVersion {
  const { destinations } = splitOf(record, call);
  assert.deepEqual(
    destinations.map(({ name }) => name),
    VERSIONS,
  );
  return byVersion((version) => destinations[VERSIONS.indexOf(version)]!.observed);
}

describe('plain HTTP through the real Envoy', () => {
  let pods: ReviewsPods;
  let deadPort: number;
  let folder: string;
  before(async () => {
    pods = await startReviewsPods();
    const gone = await startReviewsPods();
    deadPort = gone.port('v1');
    await gone.close();
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-http-'));
  });
  after(async () => {
    await pods.close();
    await rm(folder, { recursive: true });
  });

  /** Named as Istio names them; `plain` for listeners that share an Envoy. */
  function clusters(weights: ByVersion, plain = false): EnvoyCluster[] {
    return VERSIONS.map((version) => ({
      name: plain ? version : `outbound|9080|${version}|reviews.default.svc.cluster.local`,
      weight: weights[version],
      ports: [pods.port(version)],
    }));
  }

  interface Run {
    status: number | null;
    record: RunRecord;
    /** What the pods counted meanwhile. */
    served: { http: ByVersion; grpc: ByVersion };
  }

  async function run(args: readonly string[]): Promise<Run> {
    const before = pods.served();
    const { status, record } = await recordOf(['verify', ...args]);
    const now = pods.served();
    const served = { http: minus(now.http, before.http), grpc: minus(now.grpc, before.grpc) };
    return { status, record, served };
  }

  async function withEnvoy<T>(
    listener: Omit<HttpListener, 'kind'>,
    use: (envoy: Envoy) => Promise<T>,
  ): Promise<T> {
    const envoy = await startEnvoy({ listeners: [{ kind: 'http', ...listener }] });
    try {
      return await use(envoy);
    } finally {
      await envoy.stop();
    }
  }

  describe('whose services name their pods', () => {
    const OFFERED = {
      'HTTP/2 and HTTP/1.1': ['h2', 'http/1.1'],
      'HTTP/1.1 alone': ['http/1.1'],
    } as const;
    let envoy: Envoy;
    let trusted: string[];
    /** Origins by what a gateway serves and offers. */
    let origins: {
      right: { plaintext: string; TLS: string; 'HTTP/1.1 alone': string };
      wrong: { plaintext: string; TLS: string };
    };

    before(async () => {
      const authority = await certificateAuthority();
      const tls = await authority.issue({ hosts: ['127.0.0.1'] });
      const file = path.join(folder, 'authority.pem');
      await writeFile(file, authority.cert);
      trusted = ['--cacert', file];
      const listener = (weights: ByVersion, offered?: readonly string[]): HttpListener => ({
        kind: 'http',
        clusters: clusters(weights, true),
        ...(offered && { tls: { ...tls, alpn: offered } }),
      });
      const both = OFFERED['HTTP/2 and HTTP/1.1'];
      const old = OFFERED['HTTP/1.1 alone'];
      envoy = await startEnvoy({
        listeners: [
          listener(RIGHT),
          listener(RIGHT, both),
          listener(RIGHT, old),
          listener(WRONG),
          listener(WRONG, both),
        ],
      });
      const [right, rightTls, rightOld, wrong, wrongTls] = envoy.addresses;
      origins = {
        right: {
          plaintext: `http://${right!}`,
          TLS: `https://${rightTls!}`,
          'HTTP/1.1 alone': `https://${rightOld!}`,
        },
        wrong: { plaintext: `http://${wrong!}`, TLS: `https://${wrongTls!}` },
      };
    });
    after(() => envoy.stop());

    /** Requests that Envoy was sent in each version, and its connections with TLS, by its own count. */
    async function received(): Promise<Record<string, number>> {
      const response = await fetch(`${envoy.adminUrl}/stats?format=json&filter=^http\\.gateway\\.`);
      const { stats } = (await response.json()) as { stats: { name: string; value: number }[] };
      const of = (name: string): number =>
        stats.find((stat) => stat.name === `http.gateway.${name}`)!.value;
      return {
        '1.1': of('downstream_rq_http1_total'),
        '2': of('downstream_rq_http2_total'),
        TLS: of('downstream_cx_ssl_total'),
      };
    }

    async function verify(
      origin: string,
      source: keyof typeof SOURCES,
      sent: number,
      args: readonly string[] = [],
    ): Promise<Run & { received: Record<string, number> }> {
      const [where, identity] = SOURCES[source];
      const before = await received();
      const done = await run([
        ...[origin + where, '--identity', identity, ...MANIFESTS, '-n', String(sent)],
        ...(origin.startsWith('https:') ? trusted : []),
        ...args,
      ]);
      const now = Object.entries(await received());
      const more = now.map(([what, count]) => [what, count - before[what]!]);
      return { ...done, received: Object.fromEntries(more) as Record<string, number> };
    }

    /** All was sent in this version, with TLS or without. */
    function assertSpoken(
      { record, received: counts }: Awaited<ReturnType<typeof verify>>,
      version: HttpVersion,
      tls: boolean,
    ): void {
      const other = version === '2' ? '1.1' : '2';
      assert.deepEqual([counts[version], counts[other]], [record.load.sent, 0]);
      assert.equal(counts.TLS! > 0, tls);
    }

    /** Any two of source, version and security meet. */
    for (const [source, version, security, served] of [
      ['text', '1.1', 'plaintext', 'right'],
      ['text', '2', 'TLS', 'right'],
      ['JSON', '1.1', 'TLS', 'right'],
      ['JSON', '2', 'plaintext', 'right'],
      ['header', '1.1', 'plaintext', 'right'],
      ['header', '2', 'TLS', 'right'],
      ['text', '2', 'TLS', 'wrong'],
      ['JSON', '1.1', 'plaintext', 'wrong'],
      ['header', '1.1', 'TLS', 'wrong'],
    ] as const) {
      const outcome = served === 'right' ? 'passes 10/40/50' : 'fails 20/30/50';
      it(`${outcome} by ${source}, over HTTP/${version} in ${security}`, async () => {
        const sent = served === 'right' ? TO_PASS : TO_FAIL;
        const spoken = ['--http-version', version];
        const result = await verify(origins[served][security], source, sent, spoken);
        const { status, record } = result;
        assert.equal(status, served === 'right' ? 0 : 1, reasonsOf(record));
        if (served === 'wrong') assert.match(reasonsOf(record), /split-differs/);
        assert.equal(record.load.ok, sent);
        assert.equal(splitOf(record).n, sent);
        assert.deepEqual(observed(record), result.served.http);
        assertSpoken(result, version, security === 'TLS');
      });
    }

    for (const [offers, security, version] of [
      ['HTTP/2 and HTTP/1.1', 'TLS', '2'],
      ['HTTP/1.1 alone', 'HTTP/1.1 alone', '1.1'],
    ] as const) {
      it(`speaks HTTP/${version} with a gateway that offers ${offers}`, async () => {
        const result = await verify(origins.right[security], 'header', TO_COUNT);
        assert.equal(result.record.transport.tls?.alpn, version === '2' ? 'h2' : 'http/1.1');
        assert.deepEqual(observed(result.record), result.served.http);
        assertSpoken(result, version, true);
      });
    }
  });

  describe('where x-splitproof names the pods of services that do not', () => {
    const HEADER =
      'host=%UPSTREAM_HOST% workload=%UPSTREAM_METADATA(istio:workload)% peer=%RESP(x-envoy-peer-metadata-id)%';
    const DEAD = 'reviews-v1-5d8f7c9b64-ddddd';

    /** HTTP/1.1 unless told. */
    async function verify(
      listener: Omit<HttpListener, 'kind'>,
      where: string,
      sent: number,
      args: readonly string[] = [],
    ): Promise<Run> {
      const listing = path.join(folder, 'pods.json');
      const listed = [
        ...VERSIONS.map((version) => ({
          name: pods.name(version),
          app: 'reviews',
          version,
          port: pods.port(version),
        })),
        { name: DEAD, app: 'reviews', version: 'v1', port: deadPort },
      ];
      await writeFile(listing, JSON.stringify(podList(listed)));
      return withEnvoy(
        { responseHeaders: { 'x-splitproof': HEADER }, ...listener },
        ({ address }) =>
          run([
            ...[`http://${address}${where}`, '-n', String(sent)],
            ...args,
            ...[...REVIEWS, '-f', 'test/data/reviews/route-header.yaml', '-f', listing],
          ]),
      );
    }

    /** The right split, v1 with other ports. */
    function withPortsOfV1(...ports: readonly number[]): EnvoyCluster[] {
      const [v1, ...others] = clusters(RIGHT);
      return [{ ...v1!, ports }, ...others];
    }

    it('passes 10/40/50, and counts failures for the pods that they are of', async () => {
      const right = { clusters: clusters(RIGHT) };
      const tolerant = ['--max-error-rate', '0.05'];
      const { status, record, served } = await verify(right, '/broken', TO_PASS, tolerant);
      assert.equal(status, 0, reasonsOf(record));
      assert.deepEqual(splitOf(record).vouchers, { 'header x-splitproof': TO_PASS });
      assert.deepEqual(observed(record), served.http);
      for (const { name, failed, pods: answering } of splitOf(record).destinations) {
        const count = served.http[name as Version];
        // Where the count began is not known.
        assert.ok(Math.abs(failed - count / BROKEN_EVERY) <= 1, `${name}: ${failed} of ${count}`);
        assert.deepEqual(answering, [{ name: pods.name(name as Version), observed: count }]);
      }
    });

    for (const version of ['1.1', '2'] as const) {
      it(`fails 20/30/50 over HTTP/${version}`, async () => {
        const wrong = { clusters: clusters(WRONG) };
        const spoken = ['--http-version', version];
        const { status, record, served } = await verify(wrong, '/', TO_FAIL, spoken);
        assert.equal(status, 1, reasonsOf(record));
        assert.match(reasonsOf(record), /split-differs/);
        assert.deepEqual(observed(record), served.http);
      });
    }

    it('counts what a dead pod does not answer for that pod', async () => {
      const dead = { clusters: withPortsOfV1(deadPort) };
      const { status, record, served } = await verify(dead, '/', TO_FAIL);
      assert.equal(status, 1, reasonsOf(record));
      const { failed } = record.load;
      assert.ok(failed > 0);
      assert.equal(splitOf(record).missing, 0);
      assert.deepEqual(observed(record), plus(served.http, { v1: failed, v2: 0, v3: 0 }));
      assert.deepEqual(splitOf(record).destinations[0]!.pods, [{ name: DEAD, observed: failed }]);
    });

    it('counts a request that was tried again for the pod that answered it', async () => {
      const tried = {
        clusters: withPortsOfV1(deadPort, pods.port('v1')),
        retryOn: 'connect-failure',
      };
      const { status, record, served } = await verify(tried, '/', TO_PASS, AT_ONCE);
      assert.equal(status, 0, reasonsOf(record));
      assert.equal(record.load.failed, 0);
      assert.deepEqual(observed(record), served.http);
    });
  });

  describe('whose access log names the pods', () => {
    const FORMATS = { text: ISTIO_TEXT, JSON: ISTIO_JSON };
    /** What the proxy holds back each request to v1. */
    const SLOW_MS = 30;

    async function verify(
      weights: ByVersion,
      format: keyof typeof FORMATS,
      words: (address: string) => readonly string[],
    ): Promise<Omit<Run, 'served'> & { ours: Run['served']; lines: readonly string[] }> {
      const log = path.join(folder, 'access.log');
      await writeFile(log, '');
      const accessLog = { path: log, format: FORMATS[format] };
      const [slow, ...others] = clusters(weights);
      const listener = {
        clusters: [{ ...slow!, delayMs: SLOW_MS }, ...others],
        filters: [FAULT],
        accessLog,
      };
      return withEnvoy(listener, async (envoy) => {
        const first = pods.served();
        const foreigners = foreignTraffic(envoy.address);
        const { status, record } = await run([
          ...[...words(envoy.address), ...MANIFESTS, '--identity', `access-log:${log}`],
        ]).finally(() => foreigners.stop());
        const foreign = await foreigners.stop();
        assert.ok(total(foreign) > 0);
        const last = pods.served();
        const ours = {
          http: minus(minus(last.http, first.http), foreign),
          grpc: minus(last.grpc, first.grpc),
        };
        const lines = (await readFile(log, 'utf8')).split('\n');
        // Found without the project's own reader.
        const agent = `splitproof/${record.tool.version} ${record.runId}`;
        return { status, record, ours, lines: lines.filter((line) => line.includes(agent)) };
      });
    }

    for (const [format, version, weights] of [
      ['text', '1.1', RIGHT],
      ['JSON', '2', RIGHT],
      ['JSON', '1.1', WRONG],
      ['text', '2', WRONG],
    ] as const) {
      const outcome = weights === RIGHT ? 'passes 10/40/50' : 'fails 20/30/50';
      it(`${outcome} by lines of ${format}, over HTTP/${version}, beside others`, async () => {
        const sent = weights === RIGHT ? TO_PASS : TO_FAIL;
        const call = ['--http-version', version, '-n', String(sent)];
        const { status, record, ours, lines } = await verify(weights, format, (address) => [
          ...[`http://${address}/`, ...call],
        ]);
        assert.equal(status, weights === RIGHT ? 0 : 1, reasonsOf(record));
        if (weights === WRONG) assert.match(reasonsOf(record), /split-differs/);
        assert.equal(splitOf(record).n, sent);
        assert.deepEqual(observed(record), ours.http);
        assert.ok(lines.every((line) => line.includes(`HTTP/${version}`)));
        const logged = byVersion(
          (name) => lines.filter((line) => line.includes(`|${name}|`)).length,
        );
        assert.deepEqual(observed(record), logged);
        // The lines name the ports of our connections, so that these could be looked at.
        const { connections } = record.transport;
        assert.equal(connections.length, version === '1.1' ? 64 : 32);
        assert.deepEqual(observedBy(connections), logged);
        assert.doesNotMatch(reasonsOf(record), /dependence-not-seen/);
        // Each line says which request it is of, so that all is known by destination.
        const { v1, v2, v3 } = record.calls[0]!.latencyMs.byDestination;
        assert.deepEqual(
          byVersion((name) => ({ v1, v2, v3 })[name]!.count),
          logged,
        );
        assert.ok(v1!.min! > SLOW_MS / 2, `${v1!.min} ms`);
        assert.ok(v2!.min! < v1!.min! && v3!.min! < v1!.min!);
      });
    }

    /** Pairs of connections of either version carry the first; the second shares those of HTTP/2. */
    for (const [version, sent] of [
      ['1.1', 2 * TO_PASS],
      ['2', 2 * TO_COUNT],
    ] as const) {
      it(`tells a call of gRPC from one of HTTP/${version} in one run`, async () => {
        const calls = [{ http: { path: '/' } }, { call: 'grpc.health.v1.Health/Check' }];
        const file = path.join(folder, 'scenario.yaml');
        await writeFile(file, JSON.stringify({ plaintext: true, calls }));
        const { status, record, ours, lines } = await verify(RIGHT, 'text', (address) => [
          ...[address, '--scenario', file, '--http-version', version, '-n', String(sent)],
        ]);
        if (version === '1.1') assert.equal(status, 0, reasonsOf(record));
        assert.deepEqual([observed(record, 0), observed(record, 1)], [ours.http, ours.grpc]);
        assert.equal(record.load.ok, sent);
        assert.deepEqual(observedBy(record.transport.connections), plus(ours.http, ours.grpc));
        assert.doesNotMatch(reasonsOf(record), /dependence-not-seen/);
        const old = lines.filter((line) => line.includes('"GET / HTTP/1.1"')).length;
        assert.equal(old, version === '1.1' ? total(ours.http) : 0);
      });
    }
  });

  it('is counted by Envoy as by the pods and by this side, to the request', async () => {
    const { record, served } = await withEnvoy({ clusters: clusters(RIGHT) }, (envoy) =>
      run([
        ...[`http://${envoy.address}/header`, '--http-version', '1.1', '-n', String(TO_COUNT)],
        ...[...MANIFESTS, '--identity', 'header:x-pod', '--envoy-admin', envoy.adminUrl],
      ]),
    );
    const { clusters: grown, comparison, requests } = record.proxyCounters!;
    assert.deepEqual([comparison, requests], ['within-sent', TO_COUNT]);
    const counted = byVersion(
      (version) => grown.find(({ destination }) => destination === version)!.requests,
    );
    assert.deepEqual(counted, served.http);
    assert.deepEqual(observed(record), counted);
  });
});

/** Answers of all connections. */
function observedBy(connections: RunRecord['transport']['connections']): ByVersion {
  return byVersion((version) =>
    connections.reduce((sum, { observed: counts }) => sum + (counts[version] ?? 0), 0),
  );
}

/** Requests of another client, one after the other, counted by the pods that they name. */
function foreignTraffic(address: string): { stop(): Promise<ByVersion> } {
  const over = new AbortController();
  const answered: ByVersion = { v1: 0, v2: 0, v3: 0 };
  const calling = (async () => {
    while (!over.signal.aborted) {
      const answer = await fetch(`http://${address}/header`);
      await answer.text();
      const version = VERSIONS.find((name) => answer.headers.get('x-pod')!.includes(`-${name}-`));
      answered[version!] += 1;
      await sleep(5);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await calling;
      return answered;
    },
  };
}

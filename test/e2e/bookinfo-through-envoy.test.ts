import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Bookinfo, startBookinfo } from '../../src/mesh/bookinfo/bookinfo.js';
import { pageOfToday } from '../../src/mesh/bookinfo/page.js';
import { productpageOf } from '../../src/mesh/bookinfo/productpage.js';
import { details, ratings } from '../../src/mesh/bookinfo/services.js';
import { listenHttp } from '../../src/mesh/http-server.js';
import { podNames } from '../../src/mesh/pod-names.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';
import { startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyListener } from '../fixtures/envoy-config.js';
import { type RemoteService, remoteService } from '../fixtures/remote-service.js';

const VERSIONS = ['v1', 'v2', 'v3'] as const;
const SCENARIO = 'scenarios/bookinfo-10-40-50.yaml';
/** Well above what is planned for a call: a right split passes with near certainty. */
const ENOUGH = 6000;

/**
 * A product page between two proxies: the one in front is a gateway, the one behind it splits its calls
 * to the pods of reviews.
 */
describe('Bookinfo through the real Envoy', () => {
  let pods: Bookinfo;
  before(async () => {
    pods = await startBookinfo({
      reviews: VERSIONS.map((name) => ({ name, weight: 1, pods: podNames('reviews', name) })),
    });
  });
  after(() => pods.close());

  async function through(
    weights: readonly number[],
    args: readonly string[],
    { kind = 'http', connections }: { kind?: 'http' | 'tcp'; connections?: number } = {},
  ): Promise<{ status: number | null; record: RunRecord; served: number[] }> {
    let reviews: RemoteService | null = null;
    const page = await listenHttp({}, (request) => {
      if (reviews === null) throw new Error('nobody calls before Envoy is there');
      const called = { details, ratings, reviews: reviews.service };
      return productpageOf(called, pageOfToday)(request);
    });
    const clusters = VERSIONS.map((name, index) => ({
      name,
      weight: weights[index]!,
      ports: [Number(pods.pods[podNames('reviews', name)[0]!]!.split(':')[1])],
      upstreamProtocol: 'http1' as const,
    }));
    const split: EnvoyListener =
      kind === 'tcp'
        ? { kind, clusters }
        : { kind, clusters, byHeader: { name: 'end-user', value: 'jason', weights: [0, 100, 0] } };
    const envoy = await startEnvoy({
      listeners: [
        {
          kind: 'http',
          clusters: [
            { name: 'productpage', weight: 1, ports: [page.port], upstreamProtocol: 'http1' },
          ],
        },
        split,
      ],
    });
    reviews = remoteService(envoy.addresses[1]!, connections);
    const before = servedBy(pods);
    try {
      const { status, record } = await recordOf(['verify', envoy.address, ...args]);
      const served = servedBy(pods).map((count, index) => count - before[index]!);
      return { status, record, served };
    } finally {
      await envoy.stop();
      reviews.close();
      await page.close();
    }
  }

  it('passes 10/40/50 served as 10/40/50, and says whose split that is', async () => {
    const { status, record, served } = await through(
      [10, 40, 50],
      ['--scenario', SCENARIO, '-n', String(ENOUGH)],
    );
    assert.equal(status, 0, reasonsOf(record));
    const [call] = record.calls;
    assert.equal(record.load.sent, record.load.ok);
    assert.equal(call!.behind?.service, 'reviews.default');
    assert.equal(call!.behind.frontRoute?.rule, 'gw-to-productage');
    assert.equal(call!.route?.source, 'VirtualService default/reviews');
    // The pods themselves counted the same.
    assert.deepEqual(
      call!.split!.destinations.map(({ name, observed }) => [name, observed]),
      VERSIONS.map((name, index) => [name, served[index]]),
    );
    assert.ok(record.findings.some(({ code }) => code === 'connections-unseen'));
  });

  it('fails 20/30/50', async () => {
    const { status, record } = await through([20, 30, 50], ['--scenario', SCENARIO]);
    assert.equal(status, 1, reasonsOf(record));
    assert.match(reasonsOf(record), /split-differs/);
  });

  it('passes an even split without rules, and fails 10/40/50 then', async () => {
    const manifests = ['app', 'gateway', 'virtual-service-productpage'].flatMap((name) => [
      '-f',
      `scenarios/bookinfo/${name}.yaml`,
    ]);
    const args = [
      ...['--path', '/productpage', '--plaintext', '--expect-service', 'reviews.default'],
      ...manifests,
    ];
    const even = await through([1, 1, 1], [...args, '-n', String(ENOUGH)]);
    assert.equal(even.status, 0, reasonsOf(even.record));
    assert.deepEqual(
      even.record.calls[0]!.split!.destinations.map(({ name, weight }) => [name, weight]),
      VERSIONS.map((name) => [`reviews-${name}`, 1]),
    );
    assert.equal(even.record.calls[0]!.route, null);
    const uneven = await through([10, 40, 50], args);
    assert.equal(uneven.status, 1, reasonsOf(uneven.record));
  });

  it('sends testers to their version in a call of their own', async () => {
    const { status, record } = await through(
      [10, 40, 50],
      ['--scenario', 'scenarios/bookinfo-testers.yaml', '-n', String(2 * ENOUGH)],
    );
    assert.equal(status, 0, reasonsOf(record));
    const [all, jason] = record.calls;
    assert.deepEqual(
      jason!.split!.destinations.map(({ name, share }) => [name, share]),
      [['v2', 1]],
    );
    assert.deepEqual([all!.route?.rule, jason!.route?.rule], ['route', 'testers']);
  });

  it('fails where its calls are balanced by connection, and takes no connections of its own for those', async () => {
    const { status, record, served } = await through([10, 40, 50], ['--scenario', SCENARIO], {
      kind: 'tcp',
      connections: 1,
    });
    assert.equal(served.filter((count) => count > 0).length, 1);
    assert.equal(status, 1, reasonsOf(record));
    assert.equal(record.calls[0]!.connectionProbe, null);
    const codes = record.findings.map(({ code }) => code);
    assert.ok(codes.includes('all-to-one'), codes.join());
    assert.ok(!codes.includes('pinned-connections'), codes.join());
  });
});

function servedBy(pods: Bookinfo): number[] {
  const served = pods.served();
  return VERSIONS.map((name) => served[podNames('reviews', name)[0]!]!);
}

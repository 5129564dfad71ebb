import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointGrowth, ProxyReadings } from '../../src/count/proxy-readings.js';
import type { ProxyCountersRecord } from '../../src/record/run-record.js';
import { renderConsole } from '../../src/report/console/console.js';
import { askedRun, countedShard, recordOfRun } from '../record/shards.js';

type Given = Readonly<
  Record<string, { destination: string | null; requests: number; errors?: number }>
>;

function proxy(
  clusters: Given,
  problem: string | null = null,
  url = 'http://a:15000',
): ProxyReadings {
  const endpoints = Object.entries(clusters).map(
    ([cluster, { destination, requests, errors = 0 }]): EndpointGrowth => ({
      ...{ cluster, destination, address: '10.0.0.1:80' },
      requests: { before: 1000, after: 1000 + requests },
      errors: { before: 7, after: 7 + errors },
    }),
  );
  return { url, problem, endpoints };
}

/** Of a run of 1,000 requests, 600 answered by v1 and 400 by v2. */
async function rendered(
  proxies: ProxyReadings[],
  excluded = 0,
): Promise<{ counters: ProxyCountersRecord; text: string }> {
  const counted = { ...countedShard({ v1: 600, v2: 400 }), proxies, excluded };
  const record = await recordOfRun(askedRun('counters'), counted);
  const text = renderConsole(record, { width: 80, colour: false });
  return { counters: record.proxyCounters!, text: text.replaceAll(/\s+/g, ' ') };
}

describe('counters of proxies in the report', () => {
  const right: Given = {
    'outbound|80|v1|s': { destination: 'v1', requests: 600 },
    'outbound|80|v2|s': { destination: 'v2', requests: 400, errors: 2 },
    zipkin: { destination: null, requests: 30 },
  };

  it('stand beside the split, those of no destination apart', async () => {
    const { counters, text } = await rendered([proxy(right)]);
    assert.equal(counters.comparison, 'within-sent');
    assert.equal(counters.requests, 1000);
    assert.deepEqual(
      counters.clusters.map(({ cluster }) => cluster),
      ['outbound|80|v1|s', 'outbound|80|v2|s', 'zipkin'],
    );
    assert.ok(
      text.includes("Envoy's counters: v1 600, v2 400 (2 failed) (1,000 sent, 1 proxy)"),
      text,
    );
    assert.ok(!text.includes('no comparison'), text);
  });

  it('add up over replicas', async () => {
    const half = {
      v1: { destination: 'v1', requests: 300 },
      v2: { destination: 'v2', requests: 200 },
    };
    const { counters, text } = await rendered([proxy(half), proxy(half, null, 'http://b:15000')]);
    assert.equal(counters.comparison, 'within-sent');
    assert.ok(text.includes('v1 600, v2 400 (1,000 sent, 2 proxies)'), text);
  });

  it('may be of requests that were sent before the sample', async () => {
    const more = { ...right, 'outbound|80|v1|s': { destination: 'v1', requests: 700 } };
    assert.equal((await rendered([proxy(more)])).counters.comparison, 'more-than-sent');
    const { counters, text } = await rendered([proxy(more)], 100);
    assert.equal(counters.comparison, 'within-sent');
    assert.ok(text.includes('(1,100 sent, 1 proxy)'), text);
  });

  it('are compared with nothing where there were more, fewer, or none that are known', async () => {
    const of = (requests: number, destination: string | null = 'v1') =>
      rendered([proxy({ some: { destination, requests } })]);
    const more = await of(1001);
    assert.equal(more.counters.comparison, 'more-than-sent');
    assert.match(more.text, /no comparison: 1 more than this run sent: other traffic went through/);
    const fewer = await of(999);
    assert.equal(fewer.counters.comparison, 'fewer-than-answered');
    assert.match(fewer.text, /no comparison: fewer than were answered: other replicas/);
    const unknown = await of(1000, null);
    assert.equal(unknown.counters.comparison, 'no-destinations');
    assert.match(
      unknown.text,
      /no cluster is known to be a destination's; what grew is some 1,000/,
    );
    const unread = await rendered([proxy(right), proxy({}, 'gone', 'http://b:15000')]);
    assert.equal(unread.counters.comparison, 'unread');
    assert.match(unread.text, /no comparison: http:\/\/b:15000: gone/);
  });

  it('decide nothing', async () => {
    const concluded = async (proxies: ProxyReadings[]): Promise<unknown> => {
      const counted = { ...countedShard({ v1: 600, v2: 400 }), proxies };
      const { verdict, reasons, findings } = await recordOfRun(askedRun('counters'), counted);
      return { verdict, reasons, findings };
    };
    const wrong = proxy({ some: { destination: 'v1', requests: 1000 } });
    assert.deepEqual(await concluded([wrong]), await concluded([]));
  });
});

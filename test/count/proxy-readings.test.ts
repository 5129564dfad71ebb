import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeReadings, type ProxyReadings } from '../../src/count/proxy-readings.js';

function readings(
  url: string,
  before: number,
  after: number,
  problem: string | null = null,
): ProxyReadings {
  return {
    url,
    problem,
    endpoints: [
      {
        cluster: 'v1',
        destination: 'v1',
        address: '10.0.0.1:80',
        requests: { before, after },
        errors: { before: 0, after: 0 },
      },
    ],
  };
}

describe('counters of proxies, read by several parts of a run', () => {
  it('grew from the first reading of any part to the last of any', () => {
    // Both ran at the same time, and each of them sees the other's requests.
    const [proxy, ...others] = mergeReadings([readings('a', 100, 950)], [readings('a', 120, 1100)]);
    assert.deepEqual(others, []);
    assert.deepEqual(proxy?.endpoints[0]?.requests, { before: 100, after: 1100 });
  });

  it('of different proxies stand side by side', () => {
    const merged = mergeReadings([readings('b', 0, 5)], [readings('a', 0, 7)]);
    assert.deepEqual(
      merged.map(({ url, endpoints: [endpoint] }) => [url, endpoint?.requests.after]),
      [
        ['a', 7],
        ['b', 5],
      ],
    );
  });

  it('have a problem where one part had', () => {
    const merged = mergeReadings([readings('a', 0, 5)], [readings('a', 0, 5, 'unreachable')]);
    assert.equal(merged[0]?.problem, 'unreachable');
  });
});

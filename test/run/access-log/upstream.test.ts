import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attributionTable, NOBODY } from '../../../src/count/attribution.js';
import { upstreamFinder } from '../../../src/run/access-log/upstream.js';

const HOST = 'greeter.default.svc.cluster.local';
const SUBSETS = ['v1', 'v2'].map((subset) => {
  return { name: subset, share: 0.5, host: HOST, subset, port: 50_051 };
});
const TABLE = attributionTable(['v1', 'v2'], [], []);

function pods(known: Readonly<Record<string, string>>) {
  return (host: string) => {
    const pod = known[host];
    return pod === undefined ? null : { pod, destination: pod.includes('v2') ? 1 : NOBODY };
  };
}

function find(
  hosts: Parameters<typeof upstreamFinder>[1],
  upstreamHost: string | null,
  upstreamCluster: string | null,
  known: Readonly<Record<string, string>> = {},
) {
  return upstreamFinder(TABLE, hosts, pods(known))({ upstreamHost, upstreamCluster });
}

describe('who was asked, by a line of the log', () => {
  it('is the destination of the cluster, and the pod of the address', () => {
    const cluster = `outbound|50051|v1|${HOST}`;
    assert.deepEqual(find(SUBSETS, '10.0.0.1:80', cluster), { pod: '10.0.0.1:80', destination: 0 });
    // What the proxy chose is for its own name to say.
    const known = { '10.0.0.1:80': 'greeter-v2-x' };
    assert.deepEqual(find(SUBSETS, '10.0.0.1:80', cluster, known), {
      pod: 'greeter-v2-x',
      destination: 0,
    });
  });

  it('is a destination also where no host could be asked', () => {
    const cluster = `outbound|50051|v2|${HOST}`;
    assert.deepEqual(find(SUBSETS, null, cluster), { pod: cluster, destination: 1 });
    assert.equal(find(SUBSETS, null, 'PassthroughCluster'), null);
    assert.equal(find(SUBSETS, null, null), null);
  });

  it('is the pod alone where the cluster is that of all destinations', () => {
    const known = { '10.0.0.2:80': 'greeter-v2-x' };
    const cluster = 'httproute/default/greeter/rule/0';
    assert.deepEqual(find(SUBSETS, '10.0.0.2:80', cluster, known), {
      pod: 'greeter-v2-x',
      destination: 1,
    });
    assert.deepEqual(find(SUBSETS, '10.0.0.3:80', cluster), {
      pod: '10.0.0.3:80',
      destination: NOBODY,
    });
  });

  it('is none of the subsets where the cluster is that of the whole service, or of another port', () => {
    for (const cluster of [`outbound|50051||${HOST}`, `outbound|9999|v1|${HOST}`]) {
      assert.equal(find(SUBSETS, '10.0.0.1:80', cluster)?.destination, NOBODY);
    }
  });

  it('is the Service that ingress-nginx names', () => {
    const services = ['web', 'web-canary'].map((name, index) => {
      const host = `${name}.shop.svc.cluster.local`;
      return { name, share: 0.5, host, subset: null, port: index === 0 ? 80 : null };
    });
    assert.equal(find(services, '10.0.0.1:80', 'shop-web-80')?.destination, 0);
    assert.equal(find(services, '10.0.0.1:80', 'shop-web-canary-http')?.destination, 1);
    assert.equal(find(services, '10.0.0.1:80', 'shop-web-81')?.destination, NOBODY);
    assert.equal(find(services, '10.0.0.1:80', 'other-web-80')?.destination, NOBODY);
  });

  it('is the one whose name is a part of the cluster’s, where nothing but names is known', () => {
    const names = ['v1', 'v2'].map((name) => {
      return { name, share: 0.5, host: null, subset: null, port: null };
    });
    const tokens = ['v1', 'v2'].map((token, destination) => ({
      token,
      version: null,
      destination,
    }));
    const finder = upstreamFinder(attributionTable(['v1', 'v2'], [], tokens), names, () => null);
    const destination = (upstreamCluster: string) =>
      finder({ upstreamHost: '10.0.0.1:80', upstreamCluster })?.destination;
    assert.equal(destination(`outbound|50051|v2|${HOST}`), 1);
    assert.equal(destination('greeter-v1'), 0);
    assert.equal(destination('greeter'), NOBODY);
  });
});

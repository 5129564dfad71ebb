import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  adsSession,
  type AdsSession,
  type SessionEvent,
} from '../../../src/mesh/xds/ads-session.js';
import type { DiscoveryResponse } from '../../../src/mesh/xds/envoy-api.js';
import {
  nameOf,
  TYPE_URLS,
  type XdsKind,
  type XdsResources,
} from '../../../src/mesh/xds/resources.js';
import { type Snapshot, snapshotOf } from '../../../src/mesh/xds/snapshot.js';
import { resourcesOf } from '../../../src/mesh/xds/split-service.js';

const HOST = 'echo.echo-grpc.svc.cluster.local';
const LISTENER = `${HOST}:7070`;
const ROUTES = `outbound|7070||${HOST}`;
const NONE = { cds: new Map(), eds: new Map() };

const clusterOf = (subset: string): string => `outbound|7070|${subset}|${HOST}`;
const V1 = clusterOf('v1');
const V2 = clusterOf('v2');
const V3 = clusterOf('v3');

function resources(weights: Readonly<Record<string, number>>): XdsResources {
  const destinations = Object.entries(weights).map(([subset, weight]) => {
    return { subset, weight, endpoints: [{ address: '127.0.0.1', port: 1000 }] };
  });
  const virtualService = { name: 'echo-weights', namespace: 'echo-grpc' };
  return resourcesOf([{ host: HOST, port: 7070, destinations, virtualService }], { host: HOST });
}

/** A session with what it says, as texts. */
function sessionOf(snapshot: Snapshot, told: Parameters<typeof adsSession>[0]['told'] = NONE) {
  const responses: DiscoveryResponse[] = [];
  const events: SessionEvent[] = [];
  const session = adsSession({
    snapshot,
    told,
    send: (response) => responses.push(response),
    tell: (event) => events.push(event),
  });
  return {
    session,
    events,
    /** Everything that has been sent since the last question. */
    sent: () => responses.splice(0).map(textOf),
    ask: (kind: XdsKind, names: readonly string[], version = ''): void => {
      const node = 'test';
      session.receive({
        typeUrl: TYPE_URLS[kind],
        version,
        nonce: '',
        names,
        node,
        refusal: null,
      });
    },
    answer: (
      kind: XdsKind,
      nonce: string,
      names: readonly string[],
      refusal: string | null = null,
    ): void => {
      session.receive({
        typeUrl: TYPE_URLS[kind],
        version: '1',
        nonce,
        names,
        node: null,
        refusal,
      });
    },
  };
}

function textOf({ typeUrl, version, nonce, resources: there }: DiscoveryResponse): string {
  const names = there.map((one) => nameOf(kindOf(typeUrl), one));
  return `${kindOf(typeUrl)} ${version} nonce ${nonce}: ${names.join(', ')}`;
}

function kindOf(typeUrl: string): XdsKind {
  return (Object.keys(TYPE_URLS) as XdsKind[]).find((kind) => TYPE_URLS[kind] === typeUrl)!;
}

describe('a session of ADS', () => {
  const first = snapshotOf(1, resources({ v1: 20, v2: 80 }));

  it('sends what is asked for once, and again when it changes', () => {
    const { session, sent, ask, answer } = sessionOf(first);
    ask('lds', [LISTENER]);
    assert.deepEqual(sent(), [`lds 1 nonce 1: ${LISTENER}`]);
    answer('lds', '1', [LISTENER]);
    ask('rds', [ROUTES]);
    assert.deepEqual(sent(), [`rds 1 nonce 2: ${ROUTES}`]);
    answer('rds', '2', [ROUTES]);
    session.offer(snapshotOf(2, resources({ v1: 50, v2: 50 })));
    assert.deepEqual(sent(), [`rds 2 nonce 3: ${ROUTES}`]);
    session.offer(snapshotOf(3, resources({ v1: 50, v2: 50 })));
    assert.deepEqual(sent(), []);
  });

  it('tells what is accepted and what is refused, and does not send that again', () => {
    const { session, events, sent, ask, answer } = sessionOf(first);
    ask('cds', [V1]);
    answer('cds', '1', [V1], 'it has no endpoints');
    assert.deepEqual(events, [
      { event: 'sent', kind: 'cds', version: '1', names: [V1] },
      { event: 'refused', kind: 'cds', version: '1', reason: 'it has no endpoints' },
    ]);
    sent();
    answer('cds', '1', [V1, V2]);
    assert.deepEqual(sent(), [`cds 1 nonce 2: ${V1}, ${V2}`]);
    answer('cds', '2', [V1, V2]);
    assert.deepEqual(events.at(-1), { event: 'accepted', kind: 'cds', version: '1' });
    session.offer(snapshotOf(2, resources({ v1: 1, v2: 1 })));
    assert.deepEqual(sent(), []);
  });

  it('looks at no request that crossed a response', () => {
    const { session, events, sent, ask, answer } = sessionOf(first);
    ask('rds', [ROUTES]);
    session.offer(snapshotOf(2, resources({ v1: 50, v2: 50 })));
    sent();
    answer('rds', '1', [ROUTES, 'other'], 'no');
    assert.deepEqual(sent(), []);
    assert.equal(events.filter(({ event }) => event !== 'sent').length, 0);
    answer('rds', '2', [ROUTES]);
    assert.deepEqual(events.at(-1), { event: 'accepted', kind: 'rds', version: '2' });
  });

  it('keeps listeners of gRPC clients from those who ask for all', () => {
    const { sent, ask } = sessionOf(first);
    ask('lds', []);
    assert.deepEqual(sent(), ['lds 1 nonce 1: gateway']);
  });

  it('answers a client that asks for what is not there, and one that asks for all of nothing', () => {
    const nothing = { lds: [], rds: [], cds: [], eds: [] };
    const { session, sent, ask, answer } = sessionOf(snapshotOf(1, nothing));
    ask('lds', ['a']);
    ask('cds', []);
    assert.deepEqual(sent(), ['lds 1 nonce 1: ', 'cds 1 nonce 2: ']);
    answer('lds', '1', ['a']);
    answer('cds', '2', []);
    session.offer(snapshotOf(2, nothing));
    assert.deepEqual(sent(), []);
  });

  it('takes no names after some for none, and not for all', () => {
    const { sent, ask, answer } = sessionOf(first);
    ask('cds', [V1]);
    sent();
    answer('cds', '1', []);
    ask('eds', []);
    assert.deepEqual(sent(), []);
  });

  it('sends a cluster again that was not asked for in between', () => {
    const { sent, ask, answer } = sessionOf(first);
    ask('cds', [V1, V2]);
    answer('cds', '1', [V2]);
    answer('cds', '1', [V1, V2]);
    assert.deepEqual(sent(), [`cds 1 nonce 1: ${V1}, ${V2}`, `cds 1 nonce 2: ${V1}, ${V2}`]);
  });

  it('makes before it breaks, for Envoy: clusters, endpoints, routes, and then without the old', () => {
    const { session, sent, ask, answer } = sessionOf(first);
    ask('cds', []);
    answer('cds', '1', []);
    ask('eds', [V1, V2]);
    answer('eds', '2', [V1, V2]);
    ask('rds', ['http.gateway']);
    answer('rds', '3', ['http.gateway']);
    sent();
    session.offer(snapshotOf(2, resources({ v2: 50, v3: 50 })));
    assert.deepEqual(sent(), [`cds 2+1 nonce 4: ${V1}, ${V2}, ${V3}`]);
    answer('cds', '4', []);
    assert.deepEqual(sent(), []);
    answer('eds', '2', [V1, V2, V3]);
    assert.deepEqual(sent(), [`eds 2+1 nonce 5: ${V1}, ${V2}, ${V3}`]);
    answer('eds', '5', [V1, V2, V3]);
    assert.deepEqual(sent(), ['rds 2 nonce 6: http.gateway']);
    answer('rds', '6', ['http.gateway'], 'no');
    assert.deepEqual(sent(), []);
    session.offer(snapshotOf(3, resources({ v2: 40, v3: 60 })));
    assert.deepEqual(sent(), ['rds 3 nonce 7: http.gateway']);
    answer('rds', '7', ['http.gateway']);
    assert.deepEqual(sent(), [`cds 3 nonce 8: ${V2}, ${V3}`]);
  });

  it('keeps a cluster for a client that asks by name until it asks no more', () => {
    const { session, sent, ask, answer } = sessionOf(first);
    ask('rds', [ROUTES]);
    answer('rds', '1', [ROUTES]);
    ask('cds', [V1, V2]);
    answer('cds', '2', [V1, V2]);
    sent();
    session.offer(snapshotOf(2, resources({ v2: 100 })));
    assert.deepEqual(sent(), [`rds 2 nonce 3: ${ROUTES}`]);
    answer('rds', '3', [ROUTES]);
    assert.deepEqual(sent(), []);
    answer('cds', '2', [V2]);
    answer('cds', '2', [V1, V2]);
    assert.deepEqual(sent(), [`cds 2 nonce 4: ${V2}`]);
  });

  it('takes a cluster away that routes still lead to, as that is on purpose', () => {
    const { session, sent, ask, answer } = sessionOf(first);
    ask('rds', [ROUTES]);
    answer('rds', '1', [ROUTES]);
    ask('cds', [V1, V2]);
    answer('cds', '2', [V1, V2]);
    sent();
    session.offer(snapshotOf(2, { ...resources({ v1: 20, v2: 80 }), cds: [] }));
    assert.deepEqual(sent(), ['cds 2 nonce 3: ']);
  });

  it('knows of clients that come back what clusters they may have', () => {
    const { offered } = snapshotOf(1, resources({ v1: 20, v2: 80 }));
    const { sent, ask, answer } = sessionOf(snapshotOf(2, resources({ v2: 100 })), offered);
    ask('cds', [], '1');
    assert.deepEqual(sent(), [`cds 2+1 nonce 1: ${V1}, ${V2}`]);
    answer('cds', '1', []);
    ask('eds', [V1, V2], '1');
    answer('eds', '2', [V1, V2]);
    ask('rds', ['http.gateway'], '1');
    sent();
    answer('rds', '3', ['http.gateway']);
    assert.deepEqual(sent(), [`cds 2 nonce 4: ${V2}`]);
  });

  it('has a client lead nowhere that is not there, whatever changes and whenever it answers', () => {
    const weights = fc.dictionary(fc.constantFrom('v1', 'v2', 'v3', 'v4'), fc.integer({ min: 1 }), {
      minKeys: 1,
    });
    const steps = fc.array(fc.oneof(weights, fc.constant('answer' as const)), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (all) => {
        const envoy = new ModelEnvoy();
        all.forEach((step, index) => {
          if (step === 'answer') envoy.takeOne();
          else envoy.session.offer(snapshotOf(index + 2, resources(step)));
        });
        while (envoy.takeOne());
        const last = all.findLast((step) => step !== 'answer');
        // In the end it has what is told, and nothing else.
        assert.deepEqual(
          [...envoy.clusters].sort(),
          Object.keys(last ?? { v1: 1 })
            .map(clusterOf)
            .sort(),
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** What Envoy does with what it is told, one response at a time: after each its routes lead to what it has. */
class ModelEnvoy {
  readonly session: AdsSession;
  clusters = new Set<string>();
  private readonly queue: DiscoveryResponse[] = [];
  private readonly nonces = new Map<XdsKind, string>();
  private readonly endpoints = new Set<string>();
  private ledTo: readonly string[] = [];

  constructor() {
    this.session = adsSession({
      snapshot: snapshotOf(1, resources({ v1: 1 })),
      told: NONE,
      send: (response) => this.queue.push(response),
      tell: () => undefined,
    });
    this.request('cds', []);
    this.request('lds', []);
  }

  /** @returns Whether there was anything. */
  takeOne(): boolean {
    const response = this.queue.shift();
    if (response === undefined) return false;
    const kind = kindOf(response.typeUrl);
    this.nonces.set(kind, response.nonce);
    const names = response.resources.map((one) => nameOf(kind, one));
    if (kind === 'cds') {
      this.clusters = new Set(names);
      for (const name of this.endpoints) if (!this.clusters.has(name)) this.endpoints.delete(name);
      this.request('cds', []);
      this.request('eds', names);
    } else if (kind === 'eds') {
      for (const name of names) this.endpoints.add(name);
      this.request('eds', [...this.clusters]);
    } else if (kind === 'lds') {
      this.request('lds', []);
      this.request('rds', ['http.gateway']);
    } else {
      const text = JSON.stringify(response.resources);
      this.ledTo = [V1, V2, V3, clusterOf('v4')].filter((name) => text.includes(name));
      this.request('rds', ['http.gateway']);
    }
    for (const name of this.ledTo) {
      assert.ok(this.clusters.has(name), `routes lead to ${name}, which is not there`);
      assert.ok(this.endpoints.has(name), `routes lead to ${name}, which has no endpoints yet`);
    }
    return true;
  }

  private request(kind: XdsKind, names: readonly string[]): void {
    this.session.receive({
      typeUrl: TYPE_URLS[kind],
      version: '',
      nonce: this.nonces.get(kind) ?? '',
      names,
      node: 'envoy',
      refusal: null,
    });
  }
}

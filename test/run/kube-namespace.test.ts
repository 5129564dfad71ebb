import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import {
  bench,
  explain,
  listQuestion,
  listRoutes,
  plan,
  planQuestion,
  routeQuestion,
  scenarioOf,
  type Settings,
  verify,
} from '../../src/index.js';
import { renderPlan } from '../../src/report/console/plan.js';
import { ask } from '../../src/run/ask.js';
import { scriptedTransport } from '../fixtures/scripted-transport.js';
import { type FakeApi, startFakeApi } from '../inputs/cluster/fake-api.js';

const NOTE =
  '5 objects read from the cluster of context here, in the namespaces shop, istio-system';
const named = (name: string) => ({ name, namespace: 'shop' });
const workload = (version: string) => ({
  metadata: named(`cart-${version}`),
  spec: {
    selector: { matchLabels: { app: 'cart', version } },
    template: {
      metadata: { labels: { app: 'cart', version } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    },
  },
});

/** Of clients in the mesh, which call the service by its short name: only those of its namespace mean it. */
const OBJECTS = {
  '/api/v1/namespaces/shop/services': [
    {
      metadata: named('cart'),
      spec: { selector: { app: 'cart' }, ports: [{ name: 'grpc', port: 80 }] },
    },
  ],
  '/apis/apps/v1/namespaces/shop/deployments': [workload('v1'), workload('v2')],
  '/apis/networking.istio.io/v1beta1/namespaces/shop/destinationrules': [
    {
      metadata: named('cart'),
      spec: {
        host: 'cart',
        subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
      },
    },
  ],
  '/apis/networking.istio.io/v1/namespaces/shop/virtualservices': [
    {
      metadata: named('cart'),
      spec: {
        hosts: ['cart'],
        http: [
          {
            route: [
              { destination: { host: 'cart', subset: 'v1' }, weight: 60 },
              { destination: { host: 'cart', subset: 'v2' }, weight: 40 },
            ],
          },
        ],
      },
    },
  ],
};

const SETTINGS: Settings = {
  ...{ kube: true, target: '127.0.0.1:80', via: 'mesh', authority: 'cart', plaintext: true },
  ...{ call: 'helloworld.Greeter/SayHello', 'virtual-service': 'cart' },
  ...{ connections: 8, concurrency: 64 },
};

const TRANSPORT = {
  openTransport: scriptedTransport({
    peers: [
      { pod: 'cart-v1-5d4f8c9b7-abcde', weight: 60 },
      { pod: 'cart-v2-7c6d9f5b8-fghij', weight: 40 },
    ],
  }),
};

describe('the namespace of the context, for programs as for the command line', () => {
  let api: FakeApi;
  let folder: string;
  const kubeconfig = process.env.KUBECONFIG;
  before(async () => {
    api = await startFakeApi();
    for (const [at, objects] of Object.entries(OBJECTS)) {
      api.contents.set(at, { kind: 'pages', pages: [objects] });
    }
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-context-'));
    process.env.KUBECONFIG = path.join(folder, 'config');
    await writeFile(
      process.env.KUBECONFIG,
      stringify({
        'current-context': 'here',
        clusters: [{ name: 'c', cluster: { server: api.url } }],
        users: [{ name: 'u', user: { token: 'good' } }],
        contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
      }),
    );
  });
  after(async () => {
    if (kubeconfig === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = kubeconfig;
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is that of verify, by settings and by a scenario made of them', async () => {
    for (const given of [SETTINGS, scenarioOf(SETTINGS, 'verify')]) {
      const record = await verify(given, TRANSPORT);
      assert.equal(record.verdict, 'pass', JSON.stringify(record.reasons));
      assert.equal(record.calls[0]?.route?.source, 'VirtualService shop/cart');
    }
    const benched = await bench({ ...SETTINGS, requests: 100 }, TRANSPORT);
    assert.equal(benched.calls[0]?.route?.source, 'VirtualService shop/cart');
  });

  it('is that of explain, of the list of routes, and of a plan, which says what was read', async () => {
    const explained = await explain(routeQuestion(SETTINGS));
    assert.equal(explained.request.namespace, 'shop');
    assert.equal(explained.route?.source, 'VirtualService shop/cart');
    assert.ok(explained.notes.includes(NOTE), explained.notes.join('\n'));
    const { tables, notes } = await listRoutes(
      listQuestion({ kube: true, 'virtual-service': 'cart' }),
    );
    assert.deepEqual(
      tables.flatMap(({ routes }) => routes.map(({ source }) => source)),
      ['VirtualService shop/cart'],
    );
    assert.deepEqual(notes, [NOTE]);
    const planned = await plan(planQuestion(SETTINGS));
    assert.equal(planned.route?.source, 'VirtualService shop/cart');
    assert.deepEqual(planned.notes, [NOTE]);
    const text = renderPlan(planned, { width: 200, colour: false });
    assert.match(text, new RegExp(`read +${NOTE}\n`));
  });

  it('is that of the client that a control plane is told of', async () => {
    assert.equal((await ask(scenarioOf(SETTINGS, 'verify'), {})).namespace, 'shop');
    const { target, plaintext, call } = SETTINGS;
    const weighted = scenarioOf({ target, plaintext, call, weights: 'v1=60,v2=40' }, 'verify');
    assert.equal((await ask(weighted, {})).namespace, 'default');
  });

  it('gives way to the one that is given', async () => {
    const { request, route } = await explain(routeQuestion({ ...SETTINGS, namespace: 'other' }));
    assert.equal(request.namespace, 'other');
    assert.equal(route, null);
  });

  it('has the root namespace beside it that is told', async () => {
    api.asked.length = 0;
    await explain(routeQuestion({ ...SETTINGS, 'root-namespace': 'mesh-config' }));
    const namespaces = api.asked.map((each) => /\/namespaces\/([^/]+)\//.exec(each)?.[1] ?? '');
    assert.deepEqual([...new Set(namespaces)].filter(Boolean).sort(), ['mesh-config', 'shop']);
  });
});

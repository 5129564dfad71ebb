import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { InputError } from '../../../src/input-error.js';
import { type ReadCluster, readCluster } from '../../../src/inputs/cluster/read-cluster.js';
import { type FakeApi, startFakeApi } from './fake-api.js';

const SERVICES = '/api/v1/namespaces/shop/services';
const VIRTUAL_SERVICES = '/apis/networking.istio.io/v1/namespaces/shop/virtualservices';

const service = (name: string, more: object = {}) => ({
  metadata: { name, namespace: 'shop', resourceVersion: '7', ...more },
  spec: { ports: [{ port: 80 }] },
});

/** How an API server refuses. */
const forbidden = (resource: string) =>
  ({
    kind: 'status',
    status: 403,
    message: `${resource} is forbidden: User "jane" cannot list resource "${resource}" in API group ""`,
  }) as const;

describe('reading a cluster', () => {
  let api: FakeApi;
  let folder: string;
  const before_ = process.env.KUBECONFIG;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-fake-'));
    process.env.KUBECONFIG = path.join(folder, 'config');
  });
  after(async () => {
    if (before_ === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before_;
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    api = await startFakeApi();
    await logIn('good');
  });
  afterEach(() => api.close());

  async function logIn(token: string, server = api.url): Promise<void> {
    const config = {
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    };
    await writeFile(path.join(folder, 'config'), stringify(config));
  }

  const read = (isOfAll = false): Promise<ReadCluster> =>
    readCluster({ context: null, namespace: null, isOfAll });

  const refusal = async (): Promise<string> => {
    const error: unknown = await read().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof InputError, 'nothing was refused');
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  };

  it('takes all pages, and begins again once where the pages are gone', async () => {
    const pages = [[service('a'), service('b')], [service('c')], [service('d')]];
    api.contents.set(SERVICES, { kind: 'pages', pages });
    api.goneTimes = 1;
    const { manifests, asked } = await read();
    assert.deepEqual(
      manifests.services.map(({ name }) => name),
      ['a', 'b', 'c', 'd'],
    );
    assert.equal(asked.objectCount, 4);
    assert.equal(asked.objects[0]?.resourceVersion, '7');
  });

  it('gives up where pages are gone again and again', async () => {
    api.contents.set(SERVICES, { kind: 'pages', pages: [[service('a')], [service('b')]] });
    api.goneTimes = 5;
    assert.match(await refusal(), /services with status 410: The provided continue/);
  });

  it('reads a kind once, in the newest version, and what else the server has not at all', async () => {
    await read();
    const asked = new Set(api.asked);
    assert.ok(asked.has(VIRTUAL_SERVICES));
    assert.ok(asked.has('/apis/networking.istio.io/v1beta1/namespaces/shop/destinationrules'));
    assert.ok(!asked.has(VIRTUAL_SERVICES.replace('/v1/', '/v1beta1/')));
    assert.ok(![...asked].some((each) => each.endsWith('/log') || each.includes('secrets')));
    assert.ok(![...asked].some((each) => each.includes('httproutes')));
  });

  it('follows names into other namespaces, and no farther', async () => {
    const routes = {
      metadata: { name: 'r', namespace: 'shop' },
      spec: {
        hosts: ['*'],
        gateways: ['edge/public'],
        http: [{ route: [{ destination: { host: 'cart.carts.svc.cluster.local' } }] }],
      },
    };
    api.contents.set(VIRTUAL_SERVICES, { kind: 'pages', pages: [[routes]] });
    const { asked, note } = await read();
    assert.deepEqual(asked.namespaces, ['shop', 'istio-system', 'edge', 'carts']);
    assert.equal(
      note,
      '1 object read from the cluster of context here, in the namespaces shop, istio-system, edge, carts',
    );
  });

  it('reads all namespaces by one list of each kind', async () => {
    const { asked } = await read(true);
    assert.equal(asked.namespaces, null);
    assert.ok(api.asked.includes('/api/v1/services') && api.asked.includes('/api/v1/namespaces'));
    assert.ok(!api.asked.some((each) => each.includes('/namespaces/')));
  });

  it('keeps no environment, no last-applied-configuration and no managedFields', async () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': '{"secret":1}',
      kept: 'yes',
    };
    const pod = {
      metadata: { name: 'p', namespace: 'shop', annotations, managedFields: [{ manager: 'm' }] },
      spec: { containers: [{ name: 'c', image: 'i', env: [{ name: 'SECRET', value: 'hush' }] }] },
    };
    api.contents.set('/api/v1/namespaces/shop/pods', { kind: 'pages', pages: [[pod]] });
    const { manifests } = await read();
    const text = JSON.stringify(manifests.pods[0]?.node.value);
    assert.doesNotMatch(text, /hush|SECRET|last-applied|managedFields/);
    assert.deepEqual(manifests.pods[0]?.annotations, { kept: 'yes' });
  });

  it('has kind and name where files are, and the path', async () => {
    const wrong = { metadata: { name: 'r', namespace: 'shop' }, spec: { hosts: 7 } };
    api.contents.set(VIRTUAL_SERVICES, { kind: 'pages', pages: [[wrong]] });
    assert.match(await refusal(), /^cluster: VirtualService shop\/r: spec\.hosts: must be a list/);
  });

  it('tells all rights that are missing at once, where routes cannot be read', async () => {
    for (const name of ['services', 'pods']) {
      api.contents.set(`/api/v1/namespaces/shop/${name}`, forbidden(name));
    }
    api.contents.set(VIRTUAL_SERVICES, forbidden('virtualservices'));
    assert.equal(
      await refusal(),
      '--kube: the user "jane" may not read what says where requests go: add to a Role of it in the namespace shop ' +
        '{apiGroups: ["networking.istio.io"], resources: ["virtualservices"], verbs: ["get", "list"]} and ' +
        '{apiGroups: [""], resources: ["services", "pods"], verbs: ["get", "list"]}',
    );
  });

  it('notes what cannot be said where something else cannot be read', async () => {
    api.contents.set('/api/v1/namespaces/shop/pods', forbidden('pods'));
    const { manifests } = await read();
    const [finding, ...others] = manifests.findings;
    assert.deepEqual(others, []);
    assert.equal(finding?.severity, 'info');
    assert.match(finding.summary, /which labels, addresses and images pods have in shop$/);
    assert.match(finding.advice, /resources: \["pods"\]/);
  });

  it('warns where routes elsewhere cannot be read', async () => {
    const elsewhere = '/apis/networking.istio.io/v1/namespaces/istio-system/virtualservices';
    api.contents.set(elsewhere, forbidden('virtualservices'));
    const [finding] = (await read()).manifests.findings;
    assert.equal(finding?.severity, 'warning');
    assert.match(finding.summary, /which routes and policies there are in istio-system$/);
  });

  it('says of credentials that are refused whose they are, and not what they are', async () => {
    await logIn('stolen');
    const text = await refusal();
    assert.match(text, /does not accept the credentials of the user "u" of the context "here"/);
    assert.doesNotMatch(text, /stolen/);
  });

  it('says so where nobody listens, and where no API server does', async () => {
    await logIn('good', 'http://127.0.0.1:1');
    assert.match(await refusal(), /cannot be reached \(ECONNREFUSED\)/);
    await logIn('good', 'gopher://server');
    assert.match(await refusal(), /is no URL/);
  });

  it('has the same digest whatever the order, and another for another object', async () => {
    const set = (pages: object[][]) => api.contents.set(SERVICES, { kind: 'pages', pages });
    set([[service('a'), service('b')]]);
    const { digest } = (await read()).asked;
    set([[service('b')], [service('a')]]);
    assert.equal((await read()).asked.digest, digest);
    set([[service('a'), service('b', { resourceVersion: '8' })]]);
    assert.notEqual((await read()).asked.digest, digest);
  });
});

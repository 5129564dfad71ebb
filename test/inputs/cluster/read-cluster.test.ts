import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { InputError } from '../../../src/input-error.js';
import type { ReadLimits } from '../../../src/inputs/cluster/read-budget.js';
import { type ReadCluster, readCluster } from '../../../src/inputs/cluster/read-cluster.js';
import { type Certificate, certificateAuthority } from '../../../src/mesh/certificates.js';
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

  async function logIn(user: string | object, server = api.url, more: object = {}): Promise<void> {
    const config = {
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: { server, ...more } }],
      users: [{ name: 'u', user: typeof user === 'string' ? { token: user } : user }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    };
    await writeFile(path.join(folder, 'config'), stringify(config));
  }

  const read = (isOfAll = false, limits?: ReadLimits): Promise<ReadCluster> =>
    readCluster({ context: null, namespace: null, isOfAll }, undefined, limits);

  const refusal = async (asked = read): Promise<string> => {
    const error: unknown = await asked().then(
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

  describe('that answers otherwise than a server of one does', () => {
    const json = (response: ServerResponse, status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const html = (response: ServerResponse, status: number, headers: object = {}): void => {
      response.writeHead(status, { 'content-type': 'text/html', ...headers });
      response.end('<html>Log in to our network</html>');
    };

    it('the page of a network is no API server', async () => {
      const said =
        /^--kube: what answers at http:\/\/127\.0\.0\.1:\d+ is no API server \(status \d+, and no JSON\)/;
      api.scripts.set('*', (response) => {
        html(response, 200);
      });
      assert.match(await refusal(), said);
      api.scripts.set('*', (response) => {
        html(response, 302, { location: 'https://log-in.example.com' });
      });
      assert.match(await refusal(), said);
      api.scripts.set('*', (response) => {
        html(response, 503);
      });
      assert.match(await refusal(), /with status 503: is this an API server\?$/);
    });

    it('one that speaks JSON of something else is none either', async () => {
      for (const body of [{ hello: 'world' }, [], 'text', null]) {
        api.scripts.set('*', (response) => {
          json(response, 200, body);
        });
        assert.match(await refusal(), /has none of the kinds that are read.*an API server\?$/);
      }
    });

    it('a list that is none is no empty list', async () => {
      api.scripts.set(SERVICES, (response) => {
        json(response, 200, { kind: 'Status', message: 'later' });
      });
      assert.match(await refusal(), /services with something else than a list: later$/);
      api.scripts.set(SERVICES, (response) => {
        json(response, 200, { items: null });
      });
      assert.equal((await read()).asked.objectCount, 0);
    });

    it('is asked again where it has too much to do, and waited for as long as it asks', async () => {
      let times = 0;
      api.scripts.set(SERVICES, (response) => {
        times += 1;
        response.setHeader('retry-after', '0');
        if (times < 4) json(response, times === 1 ? 503 : 429, { message: 'busy' });
        else json(response, 200, { items: [service('a')] });
      });
      assert.equal((await read()).asked.objectCount, 1);
      assert.equal(times, 4);
    });

    it('is given up where it is busy for too long', async () => {
      let times = 0;
      api.scripts.set(SERVICES, (response) => {
        times += 1;
        response.setHeader('retry-after', '0');
        json(response, 429, {});
      });
      assert.match(await refusal(), /has too much to do \(status 429\): try again in 0 s$/);
      assert.equal(times, 5);
      api.scripts.set(SERVICES, (response) => {
        response.setHeader('retry-after', '3600');
        json(response, 429, {});
      });
      assert.match(await refusal(), /try again in 3600 s$/);
    });

    it('is asked a few things at once, however many there are', async () => {
      let [open, most] = [0, 0];
      const routes = {
        metadata: { name: 'r', namespace: 'shop' },
        spec: {
          hosts: ['*'],
          gateways: Array.from({ length: 15 }, (_, index) => `edge-${index}/public`),
          http: [{ route: [{ destination: { host: 'cart' } }] }],
        },
      };
      api.contents.set(VIRTUAL_SERVICES, { kind: 'pages', pages: [[routes]] });
      for (let index = 0; index < 15; index += 1) {
        for (const name of ['services', 'pods']) {
          api.scripts.set(`/api/v1/namespaces/edge-${index}/${name}`, (response) => {
            open += 1;
            most = Math.max(most, open);
            setTimeout(() => {
              open -= 1;
              json(response, 200, { items: [] });
            }, 20);
          });
        }
      }
      assert.equal((await read()).asked.namespaces?.length, 17);
      assert.ok(most > 1 && most <= 10, String(most));
    });
  });

  describe('within bounds', () => {
    const wide: ReadLimits = { objects: 100, bytes: 100_000, ms: 60_000 };
    const less = 'begin with another namespace by -N, or give the manifests that matter with -f';

    it('of objects, of all kinds and namespaces together', async () => {
      const three = [[service('a'), service('b')], [service('c')]];
      api.contents.set(SERVICES, { kind: 'pages', pages: three });
      api.contents.set('/api/v1/namespaces/istio-system/services', {
        ...{ kind: 'pages', pages: three },
      });
      assert.equal((await read(false, { ...wide, objects: 6 })).asked.objectCount, 6);
      assert.equal(
        await refusal(() => read(false, { ...wide, objects: 5 })),
        `--kube: more than 5 objects would have to be read of the cluster, which is too much: ${less}`,
      );
      api.contents.set('/api/v1/services', { kind: 'pages', pages: three });
      assert.match(
        await refusal(() => read(true, { ...wide, objects: 2 })),
        /: read one namespace and those that its routes name, by -N NAMESPACE instead of -A$/,
      );
    });

    it('of bytes, of a list that does not end', async () => {
      let sent = 0;
      api.scripts.set(SERVICES, (response, { socket }) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"items":[');
        const more = (): void => {
          if (socket.destroyed) return;
          sent += 10_000;
          response.write(' '.repeat(10_000), () => setImmediate(more));
        };
        more();
      });
      assert.match(
        await refusal(() => read(false, wide)),
        /^--kube: more than 100000 bytes would have to be read of the cluster/,
      );
      assert.ok(sent >= 90_000);
    });

    it('of pages, of one that says each time that there is more', async () => {
      const page = [service('a')];
      api.scripts.set(SERVICES, (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ items: page, metadata: { continue: 'more' } }));
      });
      assert.match(await refusal(() => read(false, wide)), /^--kube: more than 100 objects/);
    });

    it('of time, of a server that drips', async () => {
      api.scripts.set(SERVICES, (response, { socket }) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"items":[');
        const drip = setInterval(() => response.write(' '), 10);
        socket.on('close', () => {
          clearInterval(drip);
        });
      });
      assert.equal(
        await refusal(() => read(false, { ...wide, ms: 300 })),
        `--kube: the cluster could not be read within 0.3 s (0 objects came): ${less}`,
      );
    });

    it('of time, of one that lets wait again and again', async () => {
      api.scripts.set(SERVICES, (response) => {
        response.writeHead(429, { 'retry-after': '9' }).end();
      });
      assert.match(
        await refusal(() => read(false, { ...wide, ms: 300 })),
        /could not be read within 0\.3 s/,
      );
    });
  });

  describe('with what shows who asks', () => {
    it('a token that is renewed in its file is read anew, while reading and at the next reading', async () => {
      const tokenFile = path.join(folder, 'token');
      await logIn({ tokenFile });
      await writeFile(tokenFile, 'good\n');
      await read();
      let renewals = 0;
      // It is renewed between two answers.
      api.scripts.set(SERVICES, (response) => {
        api.scripts.delete(SERVICES);
        renewals += 1;
        api.token = 'better';
        writeFileSync(tokenFile, 'better\n');
        response.writeHead(401).end('{}');
      });
      api.contents.set(SERVICES, { kind: 'pages', pages: [[service('a')]] });
      assert.equal((await read()).asked.objectCount, 1);
      assert.equal(renewals, 1);
      assert.equal((await read()).asked.objectCount, 1);
      await writeFile(tokenFile, 'stolen');
      assert.match(await refusal(), /does not accept the credentials/);
    });

    it('a server of another authority, and one without TLS', async () => {
      const [own, other] = await Promise.all([certificateAuthority(), certificateAuthority()]);
      const issued = await own.issue({ hosts: ['127.0.0.1'] });
      const names = await own.issue({ hosts: ['other.example.com'] });
      const expired = await own.issue({
        ...{ hosts: ['127.0.0.1'], validUntil: new Date(Date.now() - 60_000) },
      });
      const caOf = ({ cert }: { cert: string }) => ({
        'certificate-authority-data': Buffer.from(cert).toString('base64'),
      });
      const askedOf = async (shown: Certificate, ca: object): Promise<string> => {
        const server = createServer(shown).listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        await logIn('good', `https://127.0.0.1:${port}`, ca);
        const text = await refusal();
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
        return text;
      };
      assert.match(
        await askedOf(issued, caOf(other)),
        /a certificate that certificate-authority of the kubeconfig does not vouch for/,
      );
      assert.match(
        await askedOf(names, caOf(own)),
        /a certificate for other names: set tls-server-name/,
      );
      assert.match(await askedOf(expired, caOf(own)), /a certificate that has expired: renew it$/);
      await logIn('good', api.url.replace('http:', 'https:'));
      assert.match(await refusal(), /speaks no TLS/);
    });
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

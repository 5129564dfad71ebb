import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { openApi } from '../../../src/inputs/cluster/api-client.js';
import type { ClusterAccess } from '../../../src/inputs/cluster/kubeconfig.js';
import { proxyOf } from '../../../src/inputs/cluster/proxy.js';
import { ReadBudget } from '../../../src/inputs/cluster/read-budget.js';
import { certificateAuthority } from '../../../src/mesh/certificates.js';
import { connectProxy, socksProxy, type TestProxy } from './proxies.js';

const hostOf = (server: string, env: NodeJS.ProcessEnv, proxyUrl?: string): string | null =>
  proxyOf(new URL(server), proxyUrl, env)?.host ?? null;

describe('the proxy of an API server', () => {
  it('is that of the scheme, in small letters first, and of the kubeconfig before both', () => {
    const env = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'plain:2' };
    assert.equal(hostOf('https://api.example.com', env), 'secure:1');
    assert.equal(hostOf('http://api.example.com', env), 'plain:2');
    assert.equal(
      hostOf('https://api.example.com', { ...env, https_proxy: 'http://small:3' }),
      'small:3',
    );
    // One for plain HTTP is none for TLS.
    assert.equal(hostOf('https://api.example.com', { HTTP_PROXY: 'plain:2' }), null);
    const ofConfig = 'socks5://mine:4';
    assert.equal(hostOf('https://api.example.com', { ...env, NO_PROXY: '*' }, ofConfig), 'mine:4');
    assert.equal(hostOf('https://localhost:6443', {}, ofConfig), 'mine:4');
  });

  // Source: golang.org/x/net/http/httpproxy, the comment of Config.NoProxy.
  const named: [server: string, noProxy: string, isDirect: boolean][] = [
    ['https://localhost:6443', '', true],
    ['https://127.0.0.2', '', true],
    ['https://[::1]:6443', '', true],
    ['https://api.example.com', 'other.com, EXAMPLE.com', true],
    ['https://api.example.com', '.example.com', true],
    ['https://api.example.com', '*.example.com', true],
    ['https://example.com', 'example.com', true],
    ['https://example.com', '.example.com', false],
    ['https://example.com', '*.example.com', false],
    ['https://notexample.com', 'example.com', false],
    ['https://api.example.com:6443', 'example.com:6443', true],
    ['https://api.example.com', 'example.com:6443', false],
    ['https://api.example.com', 'example.com:443', true],
    ['https://10.96.0.1:6443', '10.96.0.0/12', true],
    ['https://10.112.0.1', '10.96.0.0/12', false],
    ['https://10.96.0.1', '10.96.0.1', true],
    ['https://10.96.0.1', '10.96.0.1:6443', false],
    ['https://10.96.0.1', '0.1', false],
    ['https://[fd00::1]:6443', 'fd00::/8', true],
    ['https://[fd00::1]', 'fd00::1', true],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
    ['https://[fd00::1]', '[fd00::1]:6443', false],
    ['https://10.96.0.1', 'fd00::/8', false],
    ['https://api.example.com', 'other.com,*', true],
    ['https://api.example.com', ' , :80', false],
  ];
  for (const [server, NO_PROXY, isDirect] of named) {
    it(`${isDirect ? 'is none' : 'is asked'} for ${server} with NO_PROXY="${NO_PROXY}"`, () => {
      const host = hostOf(server, { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY });
      assert.equal(host, isDirect ? null : 'proxy:3128');
    });
  }

  it('is refused where it is none, and its password is not repeated', () => {
    const ask = (url: string) => () => proxyOf(new URL('https://api.example.com'), url, {});
    assert.throws(ask('ftp://me:hush@proxy'), (error: Error) => {
      assert.match(error.message, /^--kube: the proxy ftp:.*proxy of proxy-url is none that can/);
      return !error.message.includes('hush');
    });
    assert.throws(ask('http://'), /the proxy of proxy-url is no URL: write http:\/\/HOST:PORT$/);
  });
});

describe('an API server behind a proxy', () => {
  let server: Server;
  let port = 0;
  let ca = '';
  before(async () => {
    const authority = await certificateAuthority();
    ca = authority.cert;
    const { cert, key } = await authority.issue({ hosts: ['api.example.com'] });
    server = createServer({ cert, key }, ({ url }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ asked: url }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Asks a server that only a proxy knows. */
  async function ask(proxyUrl: string, url = 'https://api.example.com'): Promise<unknown> {
    const cluster: ClusterAccess['cluster'] = {
      ...{ name: 'c', server: url, skipTLSVerify: false, proxyUrl },
      caData: Buffer.from(ca).toString('base64'),
    };
    const access = { context: 'here', namespace: null, cluster, user: { name: 'u' } };
    const limits = { objects: 10, bytes: 10_000, ms: 60_000 };
    const api = await openApi(access, new ReadBudget(limits, 'read less'));
    try {
      return (await api.get('/api/v1')).body;
    } finally {
      await api.close();
    }
  }

  async function through(proxy: TestProxy, url: string): Promise<unknown> {
    try {
      return await ask(url);
    } finally {
      await proxy.close();
    }
  }

  it('is asked by CONNECT, with what the URL of the proxy shows, and its certificate is checked', async () => {
    const proxy = await connectProxy(port);
    const answer = await through(proxy, `http://me:hush@127.0.0.1:${proxy.port}`);
    assert.deepEqual(answer, { asked: '/api/v1' });
    assert.deepEqual(proxy.asked, ['api.example.com:443']);
    assert.deepEqual(proxy.shown, [`Basic ${Buffer.from('me:hush').toString('base64')}`]);
  });

  it('is asked by its whole URL where it speaks no TLS', async () => {
    const proxy = await connectProxy(port);
    try {
      await ask(`http://127.0.0.1:${proxy.port}`, 'http://api.example.com');
    } finally {
      await proxy.close();
    }
    assert.deepEqual(proxy.asked, ['http://api.example.com/api/v1']);
  });

  for (const [scheme, hasUsers] of [
    ['socks5', false],
    ['socks5h', true],
  ] as const) {
    it(`is asked by ${scheme}, and the proxy looks its name up`, async () => {
      const proxy = await socksProxy(port, hasUsers);
      const user = hasUsers ? 'me:hush@' : '';
      const answer = await through(proxy, `${scheme}://${user}127.0.0.1:${proxy.port}`);
      assert.deepEqual(answer, { asked: '/api/v1' });
      assert.deepEqual(proxy.asked, ['api.example.com:443']);
      assert.deepEqual(proxy.shown, hasUsers ? ['me:hush'] : []);
    });
  }

  it('cannot be reached where the proxy refuses, or is not there: it is named, without its password', async () => {
    const proxy = await connectProxy(port, 407);
    const refused = through(proxy, `http://me:hush@127.0.0.1:${proxy.port}`);
    const said = async (asked: Promise<unknown>, reason: RegExp): Promise<void> => {
      await assert.rejects(asked, (error: Error) => {
        assert.match(error.message, /api\.example\.com cannot be reached through the proxy \S+ \(/);
        assert.match(error.message, reason);
        assert.doesNotMatch(error.message, /hush|\n/);
        return true;
      });
    };
    await said(refused, /407/);
    await said(ask('http://me:hush@127.0.0.1:1'), /ECONNREFUSED/);
    await said(ask('socks5://me:hush@127.0.0.1:1'), /ECONNREFUSED/);
  });
});

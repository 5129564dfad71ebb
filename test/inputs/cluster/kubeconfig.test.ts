import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { credentialsOf } from '../../../src/inputs/cluster/credentials.js';
import { clusterAccess } from '../../../src/inputs/cluster/kubeconfig.js';

const context = (name: string, cluster: string, user: string, namespace?: string) => ({
  name,
  context: { cluster, user, ...(namespace === undefined ? {} : { namespace }) },
});

describe('finding the API server', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-kubeconfig-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function file(name: string, content: string | object): Promise<string> {
    const at = path.join(folder, name);
    await writeFile(at, typeof content === 'string' ? content : stringify(content));
    return at;
  }

  const at = (KUBECONFIG: string | undefined, more: NodeJS.ProcessEnv = {}) => ({
    env: { ...more, ...(KUBECONFIG === undefined ? {} : { KUBECONFIG }) },
    home: path.join(folder, 'home'),
    accountFolder: path.join(folder, 'account'),
  });

  it('joins the files of KUBECONFIG: the first of a name counts, what is not there is passed over', async () => {
    const one = await file('one', {
      'current-context': 'prod',
      clusters: [
        { name: 'c', cluster: { server: 'https://one', 'certificate-authority': 'ca.pem' } },
      ],
      users: [{ name: 'u', user: { token: 'one' } }],
      contexts: [context('prod', 'c', 'u', 'shop')],
    });
    const two = await file('two', {
      'current-context': 'other',
      clusters: [
        { name: 'c', cluster: { server: 'https://two' } },
        { name: 'd', cluster: { server: 'https://d/' } },
      ],
      users: [{ name: 'u', user: { token: 'two' } }],
      contexts: [context('dev', 'd', 'u')],
    });
    const all = at([path.join(folder, 'gone'), one, two].join(path.delimiter));
    const current = await clusterAccess(null, undefined, all);
    assert.equal(current.context, 'prod');
    assert.equal(current.namespace, 'shop');
    assert.equal(current.cluster.server, 'https://one');
    assert.equal(current.cluster.caFile, path.join(folder, 'ca.pem'));
    const dev = await clusterAccess('dev', undefined, all);
    assert.equal(dev.namespace, null);
    assert.equal(dev.cluster.server, 'https://d');
    assert.equal(dev.user.token, 'one');
  });

  it('names the nearest context, or those that there are', async () => {
    const config = at(
      await file('contexts', {
        clusters: [],
        users: [],
        contexts: [context('production', 'c', 'u'), context('staging', 'c', 'u')],
      }),
    );
    await assert.rejects(clusterAccess('productoin', undefined, config), {
      message: '--kube: the kubeconfig has no context "productoin": did you mean production?',
    });
    await assert.rejects(clusterAccess('x', undefined, config), /there are production, staging$/);
    await assert.rejects(clusterAccess(null, undefined, config), /no current context: name one of/);
    await assert.rejects(
      clusterAccess('staging', undefined, config),
      /names the cluster "c", which/,
    );
  });

  it('repeats nothing of a file that is no kubeconfig', async () => {
    const broken = await file('broken', 'users: [{token: hush-hush}\n  ]]: ');
    await assert.rejects(clusterAccess(null, undefined, at(broken)), (error: Error) => {
      assert.match(error.message, /broken: it cannot be used as a kubeconfig/);
      return !error.message.includes('hush-hush') && !error.message.includes('\n');
    });
    const nameless = await file('nameless', { users: [{ user: { token: 'hush-hush' } }] });
    await assert.rejects(
      clusterAccess(null, undefined, at(nameless)),
      /users\[0\]\.name is missing$/,
    );
  });

  it('asks as the service account in a pod', async () => {
    const pod = at(undefined, {
      KUBERNETES_SERVICE_HOST: 'fd00::1',
      KUBERNETES_SERVICE_PORT: '6443',
    });
    await assert.rejects(clusterAccess(null, undefined, pod), /there is no kubeconfig/);
    await import('node:fs/promises').then(({ mkdir }) => mkdir(pod.accountFolder));
    await file('account/token', 'of-the-pod\n');
    await file('account/namespace', 'checks');
    const access = await clusterAccess(null, undefined, pod);
    assert.equal(access.context, null);
    assert.equal(access.namespace, 'checks');
    assert.equal(access.cluster.server, 'https://[fd00::1]:6443');
    await file('account/ca.crt', 'CA');
    const { headers, tls } = await credentialsOf(access);
    assert.equal(headers.Authorization, 'Bearer of-the-pod');
    assert.equal(tls.ca?.toString(), 'CA');
    await assert.rejects(clusterAccess('prod', undefined, pod), /and so no context "prod"/);
  });

  it('says of an empty file that it names no context, and of a folder that it is none', async () => {
    const empty = await file('empty', '');
    await assert.rejects(clusterAccess(null, undefined, at(empty)), {
      message: `${empty}: the kubeconfig names no context: log in to a cluster first, or set KUBECONFIG to another file`,
    });
    await assert.rejects(
      clusterAccess(null, undefined, at(folder)),
      /\/splitproof-kubeconfig-\S+: /,
    );
  });

  it('takes the token that an auth-provider has, and asks none', async () => {
    const userOf = async (authProvider: object) => {
      const config = await file('provider', {
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server: 'https://one' } }],
        users: [{ name: 'u', user: { 'auth-provider': authProvider } }],
        contexts: [context('c', 'c', 'u')],
      });
      return await credentialsOf(await clusterAccess(null, undefined, at(config)));
    };
    const { headers } = await userOf({ name: 'oidc', config: { 'id-token': 'mine' } });
    assert.equal(headers.Authorization, 'Bearer mine');
    await assert.rejects(
      userOf({ name: 'gcp', config: { 'cmd-path': 'gcloud' } }),
      /the user "u" logs in by the auth-provider gcp, which is not understood.*exec plugin/,
    );
  });

  it('takes the token of tokenFile each time, and whom to be taken for', async () => {
    const config = await file('as', {
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: 'https://one' } }],
      users: [
        {
          name: 'u',
          user: { tokenFile: 'my-token', as: 'jane', 'as-groups': ['dev', 'ops'], 'as-uid': '7' },
        },
      ],
      contexts: [context('c', 'c', 'u')],
    });
    const access = await clusterAccess(null, undefined, at(config));
    await assert.rejects(
      credentialsOf(access),
      /my-token: the token of u cannot be read \(ENOENT\)/,
    );
    for (const token of ['first', 'second']) {
      await file('my-token', `${token}\n`);
      assert.deepEqual((await credentialsOf(access)).headers, {
        Authorization: `Bearer ${token}`,
        'Impersonate-User': 'jane',
        'Impersonate-Uid': '7',
        'Impersonate-Group': ['dev', 'ops'],
      });
    }
  });
});

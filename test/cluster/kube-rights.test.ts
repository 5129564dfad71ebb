import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ExplanationReport } from '../../src/report/explanation.js';
import { ROOT, splitproof } from '../fixtures/command.js';
import { startCluster, type Cluster, type ClusterObject } from './fixtures/cluster.js';
import { kubeconfigOf, type LogIn } from './fixtures/kubeconfig.js';
import { objectsOf } from './fixtures/manifest-files.js';

const RBAC = 'rbac.authorization.k8s.io/v1';
const RBAC_GROUP = { apiGroup: 'rbac.authorization.k8s.io' };
const FILES = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'];
const LINE = ['explain', '--kube', ':8080', 'helloworld.Greeter/SayHello', '--plaintext'];

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

type RoleObject = ClusterObject & { rules: Rule[] };

async function roleOf(file: string): Promise<RoleObject> {
  const text = await readFile(path.join(ROOT, 'deploy/kubernetes', file), 'utf8');
  return objectsOf(text)[0] as RoleObject;
}

describe('rights to read a cluster, by a real API server', () => {
  let cluster: Cluster;
  let folder: string;
  let number = 0;

  before(async () => {
    cluster = await startCluster();
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-rights-'));
    for (const file of FILES) {
      const text = await readFile(path.join(ROOT, 'scenarios/asm-greeter', `${file}.yaml`), 'utf8');
      for (const object of objectsOf(text)) await created(object);
    }
    await created({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'edge', namespace: 'istio-system' },
      spec: { selector: { istio: 'ingressgateway' }, ports: [{ name: 'grpc', port: 8080 }] },
    });
    await created({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'edge-a',
        namespace: 'istio-system',
        labels: { 'kubernetes.io/service-name': 'edge' },
      },
      addressType: 'IPv4',
      ports: [{ name: 'grpc', port: 8080 }],
      endpoints: [{ addresses: ['192.0.2.77'], targetRef: { kind: 'Pod', name: 'edge-1' } }],
    });
  });
  after(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function created(object: ClusterObject): Promise<void> {
    const { status, text } = await cluster.create(object);
    assert.ok(status < 300, text);
  }

  /** A new service account, and its token. */
  async function account(): Promise<{ name: string; token: string }> {
    number += 1;
    const name = `reader-${number}`;
    await created({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: 'default' },
    });
    return { name, token: await tokenOf('default', name) };
  }

  async function tokenOf(namespace: string, name: string): Promise<string> {
    const { status, body, text } = await cluster.server.ask(
      'POST',
      `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    );
    assert.equal(status, 201, text);
    return (body as { status: { token: string } }).status.token;
  }

  /** Gives an account the rules of a role, everywhere or in the namespace `default`. */
  async function bind(name: string, role: RoleObject, rules: readonly Rule[]): Promise<void> {
    const { kind } = role;
    const namespace = kind === 'Role' ? { namespace: 'default' } : {};
    await created({ ...role, metadata: { name, ...namespace }, rules });
    await created({
      apiVersion: RBAC,
      kind: `${kind}Binding`,
      metadata: { name, ...namespace },
      roleRef: { ...RBAC_GROUP, kind, name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
    });
  }

  async function explained(
    user: LogIn,
    words: readonly string[] = [],
  ): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const config = path.join(folder, `config-${number}`);
    await writeFile(config, kubeconfigOf(cluster.server, user));
    return await splitproof([...LINE, ...words, '--format', 'json'], {
      env: { KUBECONFIG: config },
    });
  }

  /** With an account of its own that has these rules. */
  async function explainedWith(role: RoleObject, rules: readonly Rule[], words: string[] = []) {
    const { name, token } = await account();
    await bind(name, role, rules);
    return { name, ...(await explained({ token }, words)) };
  }

  function oneLine(stderr: string): string {
    assert.match(stderr, /^splitproof: --kube: [^\n]+\n$/);
    return stderr;
  }

  const notReadable = (stdout: string) =>
    (JSON.parse(stdout) as ExplanationReport).findings.filter(
      ({ code }) => code === 'cluster-not-readable',
    );

  it('the ClusterRole is enough, for the namespaces that matter and for all', async () => {
    const role = await roleOf('role.yaml');
    for (const words of [[], ['-A']]) {
      const { status, stdout, stderr } = await explainedWith(role, role.rules, words);
      assert.equal(status, 0, stderr);
      assert.deepEqual(notReadable(stdout), []);
    }
  });

  it('each rule of the ClusterRole is needed: without one, it is named', async () => {
    const role = await roleOf('role.yaml');
    const said: Record<string, 'error' | 'note'> = {};
    for (const rule of role.rules) {
      const others = role.rules.filter((each) => each !== rule);
      const { status, stdout, stderr } = await explainedWith(role, others);
      const served = rule.resources.filter((resource) => resource !== 'tcproutes');
      const text = status === 2 ? oneLine(stderr) : (notReadable(stdout)[0]?.advice ?? '');
      assert.ok(text.includes(`apiGroups: ["${rule.apiGroups.join()}"]`), text);
      for (const resource of served)
        assert.ok(text.includes(`"${resource}"`), `${resource}: ${text}`);
      for (const resource of served) said[resource] = status === 2 ? 'error' : 'note';
    }
    const errors = Object.keys(said).filter((resource) => said[resource] === 'error');
    assert.deepEqual(errors.sort(), [
      'destinationrules',
      'gateways',
      'grpcroutes',
      'httproutes',
      'ingresses',
      'referencegrants',
      'serviceentries',
      'services',
      'sidecars',
      'tlsroutes',
      'virtualservices',
    ]);
  });

  it('the ClusterRole is enough to find the pods of a gateway, and what that takes is named', async () => {
    const role = await roleOf('role.yaml');
    const planned = async (rules: readonly Rule[]) => {
      const { name, token } = await account();
      await bind(name, role, rules);
      const config = path.join(folder, `config-${number}`);
      await writeFile(config, kubeconfigOf(cluster.server, { token }));
      const line = ['plan', '--each-replica', ...LINE.slice(1), '--format', 'json'];
      return await splitproof(line, { env: { KUBECONFIG: config } });
    };
    const whole = await planned(role.rules);
    assert.equal(whole.status, 0, whole.stderr);
    assert.deepEqual((JSON.parse(whole.stdout) as { replicas: object }).replicas, {
      service: 'istio-system/edge',
      pods: ['edge-1'],
    });
    const blind = await planned(
      role.rules.filter(({ resources }) => !resources.includes('endpointslices')),
    );
    assert.equal(blind.status, 2);
    assert.match(
      blind.stderr,
      /^splitproof: --each-replica: the user "[^"]+" may not read where the pods of the gateway are: [^\n]*\{apiGroups: \["discovery.k8s.io"\], resources: \["endpointslices"\], verbs: \["get", "list"\]\}[^\n]*\n$/,
    );
  });

  it('the Role of a namespace is enough there, and what else is not known is said', async () => {
    const role = await roleOf('namespaced-role.yaml');
    const { status, stdout, stderr } = await explainedWith(role, role.rules);
    assert.equal(status, 0, stderr);
    const [finding, ...others] = notReadable(stdout);
    assert.deepEqual(others, []);
    assert.match(finding?.summary ?? '', /whose rules a Gateway follows.* in istio-system$/);
    assert.doesNotMatch(finding?.advice ?? '', /namespace default/);
  });

  it('without rights, all that is missing is said in one line', async () => {
    const { name, token } = await account();
    const { status, stderr } = await explained({ token });
    assert.equal(status, 2);
    const line = oneLine(stderr);
    assert.ok(line.includes(`the user "system:serviceaccount:default:${name}" may not read`), line);
    const role = await roleOf('role.yaml');
    const resources = role.rules.flatMap((rule) => rule.resources);
    for (const resource of resources.filter((each) => each !== 'tcproutes')) {
      assert.ok(line.includes(`"${resource}"`), resource);
    }
  });

  it('with half of the rights, the other half is said', async () => {
    const role = await roleOf('role.yaml');
    const half = role.rules.filter(({ apiGroups }) => apiGroups.join() !== 'networking.istio.io');
    const { status, stderr } = await explainedWith(role, half);
    assert.equal(status, 2);
    assert.match(oneLine(stderr), /"virtualservices", "destinationrules"/);
    assert.doesNotMatch(stderr, /"services"/);
  });

  it('a token whose account is gone, and one that is none', async () => {
    const { name, token } = await account();
    const path = `/api/v1/namespaces/default/serviceaccounts/${name}`;
    await cluster.server.ask('DELETE', path);
    for (const each of [token, 'made-up']) {
      const { status, stderr } = await explained({ token: each });
      assert.equal(status, 2);
      assert.match(oneLine(stderr), /does not accept the credentials.*log in again/);
      assert.ok(!stderr.includes(each));
    }
  });

  it('a client certificate that has expired', async () => {
    const validUntil = new Date(Date.now() - 60_000);
    const { cert, key } = await cluster.server.access.authority.issue({
      hosts: ['tester'],
      usage: 'client',
      validUntil,
    });
    const { status, stderr } = await explained({
      'client-certificate-data': Buffer.from(cert).toString('base64'),
      'client-key-data': Buffer.from(key).toString('base64'),
    });
    assert.equal(status, 2);
    assert.match(
      oneLine(stderr),
      /the client certificate expired on \d{4}-\d\d-\d\d.*log in again/,
    );
  });

  it('the files as they are let the account read that the component kube brings', async () => {
    const namespace = 'splitproof';
    const text = await readFile(
      path.join(ROOT, 'deploy/kubernetes/kube/service-account.yaml'),
      'utf8',
    );
    const [own] = objectsOf(text) as [ClusterObject];
    const { name = '' } = own.metadata;
    await created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await created({ ...own, metadata: { ...own.metadata, namespace } });
    const token = await tokenOf(namespace, name);
    for (const file of ['namespaced-role.yaml', 'role.yaml']) {
      assert.equal((await explained({ token })).status, file === 'role.yaml' ? 0 : 2);
      const objects = objectsOf(await readFile(path.join(ROOT, 'deploy/kubernetes', file), 'utf8'));
      for (const object of objects) {
        const isNamespaced = object.kind === 'Role' || object.kind === 'RoleBinding';
        const place = isNamespaced ? { namespace: 'default' } : {};
        await created({ ...object, metadata: { ...object.metadata, ...place } });
      }
      const { status, stdout, stderr } = await explained({ token });
      assert.equal(status, 0, stderr);
      assert.equal(notReadable(stdout).length, file === 'role.yaml' ? 0 : 1);
    }
  });

  it('reading logs is a Role of its own, which the server takes', async () => {
    const logs = await roleOf('gateway-logs-role.yaml');
    const { name, token } = await account();
    await bind(name, logs, logs.rules);
    const { status, stderr } = await explained({ token });
    assert.equal(status, 2);
    assert.doesNotMatch(oneLine(stderr), /"pods"/);
  });
});

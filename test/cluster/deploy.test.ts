import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';
import { isLetOut, type Peered, type PolicySpec } from './fixtures/egress.js';
import { startCluster, type Cluster, type ClusterObject } from './fixtures/cluster.js';
import { objectsOf } from './fixtures/manifest-files.js';
import { kustomized } from './kustomize/kustomized.js';

const RESTRICTED = 'restricted';
const KUSTOMIZE = 'kustomize.config.k8s.io/';

interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    automountServiceAccountToken?: boolean;
    serviceAccountName?: string;
    securityContext?: Record<string, unknown>;
    containers: {
      image: string;
      args: string[];
      resources: { requests: Record<string, string>; limits: Record<string, string> };
      securityContext: { readOnlyRootFilesystem?: boolean };
    }[];
    volumes?: { configMap?: { name: string } }[];
  };
}

/** Every object that is there to be applied, by its file. */
function shipped(): [file: string, object: ClusterObject][] {
  return readdirSync(path.join(ROOT, 'deploy'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => path.join('deploy', file))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(path.join(ROOT, file), 'utf8');
      // Templates of CI systems and scenarios are YAML, too.
      if (!/^apiVersion: /m.test(text)) return [];
      return objectsOf(text).map((object): [string, ClusterObject] => [file, object]);
    })
    .filter(([, { apiVersion }]) => !apiVersion.startsWith(KUSTOMIZE));
}

function templateOf(object: ClusterObject): PodTemplate | null {
  const spec = object.spec as { template?: PodTemplate; jobTemplate?: ClusterObject };
  if (object.kind === 'Job') return spec.template ?? null;
  return object.kind === 'CronJob' && spec.jobTemplate !== undefined
    ? templateOf({ ...spec.jobTemplate, kind: 'Job' })
    : null;
}

const ofKind = (objects: readonly ClusterObject[], kind: string): ClusterObject[] =>
  objects.filter((object) => object.kind === kind);

const named = (name: string) => ({ 'kubernetes.io/metadata.name': name });
const inNamespace = (namespace: string, labels: Record<string, string>): Peered['pod'] => ({
  labels,
  namespace: named(namespace),
});
const TCP = { protocol: 'TCP', address: '10.244.0.7' } as const;
const DNS = inNamespace('kube-system', { 'k8s-app': 'kube-dns' });
const GATEWAY = inNamespace('istio-system', { istio: 'ingressgateway', app: 'gateway' });
const SHOP = inNamespace('shop', { app: 'cart' });

/** Where the pods of a check may connect to; null: where the cluster is read. */
const PEERS: [what: string, peer: Peered, isLet: boolean | null][] = [
  ['names, by UDP', { ...TCP, pod: DNS, protocol: 'UDP', port: 53 }, true],
  ['names, by TCP', { ...TCP, pod: DNS, port: 53 }, true],
  ['the gateway in plaintext', { ...TCP, pod: GATEWAY, port: 8080 }, true],
  ['the gateway by TLS', { ...TCP, pod: GATEWAY, port: 8443 }, true],
  ["the gateway's admin interface", { ...TCP, pod: GATEWAY, port: 15000 }, false],
  ['names of the gateway', { ...TCP, pod: GATEWAY, port: 53 }, false],
  [
    'a gateway of others',
    { ...TCP, pod: { ...GATEWAY!, namespace: named('shop') }, port: 8080 },
    false,
  ],
  ['the application', { ...TCP, pod: SHOP, port: 8080 }, false],
  ['what is beside DNS', { ...TCP, pod: inNamespace('kube-system', {}), port: 53 }, false],
  ['the store of the cluster', { ...TCP, pod: null, address: '10.0.0.1', port: 2379 }, false],
  ['metadata of the cloud', { ...TCP, pod: null, address: '169.254.169.254', port: 80 }, false],
  ['the API server', { ...TCP, pod: null, address: '10.0.0.1', port: 6443 }, null],
  ['the API server by its Service', { ...TCP, pod: null, address: '10.96.0.1', port: 443 }, null],
];

describe('what is under deploy/, as a real API server sees it', () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster();
    const { status, text } = await cluster.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: RESTRICTED,
        labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    });
    assert.ok(status < 300, text);
  });
  after(() => cluster.stop());

  const dryRun = (object: ClusterObject) => cluster.create(object, { dryRun: true });

  /** What the server's own rules for pods, the strictest that Kubernetes has, say of one. */
  const podRefusal = async ({ metadata, spec }: PodTemplate): Promise<string | null> => {
    const { status, text } = await dryRun({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: 'splitproof', namespace: RESTRICTED },
      spec,
    });
    return status < 300 ? null : text;
  };

  for (const [file, object] of shipped()) {
    it(`${file}: ${object.kind} is accepted`, async () => {
      assert.notEqual(await cluster.kind(object.apiVersion, object.kind), null, object.apiVersion);
      const { status, text } = await dryRun(object);
      assert.ok(status < 300, text);
    });
  }

  it('would be told of a field that there is none of', async () => {
    const [, task] = shipped().find(([, { kind }]) => kind === 'Task')!;
    const misspelt = { ...task, spec: { ...(task.spec as object), step: [] } };
    assert.match((await dryRun(misspelt)).text, /unknown field .*spec\.step/);
  });

  for (const [file, object] of shipped()) {
    const template = templateOf(object);
    if (template === null) continue;
    it(`${file}: the pod is as restricted as can be`, async () => {
      assert.equal(await podRefusal(template), null);
      const { seccompProfile, ...others } = template.spec.securityContext ?? {};
      assert.notEqual(seccompProfile, undefined);
      const looser = { ...template, spec: { ...template.spec, securityContext: others } };
      assert.match((await podRefusal(looser)) ?? 'accepted', /seccompProfile/);
      // What those rules do not ask for.
      for (const { securityContext, resources, args, image } of template.spec.containers) {
        assert.equal(securityContext.readOnlyRootFilesystem, true);
        assert.deepEqual(Object.keys(resources.requests).sort(), ['cpu', 'memory']);
        assert.ok('memory' in resources.limits);
        assert.doesNotMatch(image, /:latest$|^[^:]+$/);
        assert.equal(template.spec.automountServiceAccountToken, args.includes('--kube'));
      }
      const name = 'sidecar.istio.io/inject';
      assert.equal(template.metadata.labels[name], 'false');
    });
  }

  for (const name of ['job', 'cronjob']) {
    for (const isKube of [false, true]) {
      it(`kustomize builds ${name}${isKube ? ' with the component kube' : ''}`, async () => {
        const objects = await kustomized(
          [`deploy/kubernetes/${name}`],
          isKube ? ['deploy/kubernetes/kube'] : [],
        );
        for (const object of objects) {
          const { status, text } = await dryRun(object);
          assert.ok(status < 300, text);
        }
        const [config] = ofKind(objects, 'ConfigMap');
        const [policy] = ofKind(objects, 'NetworkPolicy');
        const template = objects.map(templateOf).find((one) => one !== null)!;
        assert.equal(await podRefusal(template), null);
        const { automountServiceAccountToken, serviceAccountName, containers, volumes } =
          template.spec;
        assert.deepEqual(
          volumes?.map(({ configMap }) => configMap?.name),
          [config?.metadata.name],
        );
        assert.equal(containers[0]!.args.includes('--kube'), isKube);
        assert.equal(automountServiceAccountToken, isKube);
        assert.equal(serviceAccountName, isKube ? 'splitproof' : undefined);
        assert.equal(ofKind(objects, 'ServiceAccount').length, isKube ? 1 : 0);
        // Its pods are those that the policy is for, nobody speaks to them, and they to whom they have to.
        const spec = policy?.spec as PolicySpec;
        for (const [label, value] of Object.entries(spec.podSelector.matchLabels ?? {})) {
          assert.equal(template.metadata.labels[label], value);
        }
        assert.ok(spec.policyTypes.includes('Ingress') && (spec.ingress ?? []).length === 0);
        for (const [what, peer, isLet] of PEERS) {
          assert.equal(isLetOut(spec, peer, named('splitproof')), isLet ?? isKube, what);
        }
      });
    }
  }
});

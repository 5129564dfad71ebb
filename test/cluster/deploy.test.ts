import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
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

/** Pods that read the cluster because their scenarios do, and not by a flag. */
const READS_BY_SCENARIO = 'splitproof-gate';

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

/** Of the pods that are the project's own. */
function templatesOf(object: ClusterObject): PodTemplate[] {
  const { template, jobTemplate, metrics } = (object.spec ?? {}) as {
    template: PodTemplate;
    jobTemplate: ClusterObject;
    metrics: { provider: { job?: { spec: { template: PodTemplate } } } }[];
  };
  switch (object.kind) {
    case 'Job':
    case 'Deployment':
      return [template];
    case 'CronJob':
      return templatesOf({ ...jobTemplate, kind: 'Job' });
    case 'AnalysisTemplate':
      return metrics.flatMap(({ provider: { job } }) =>
        job === undefined ? [] : [job.spec.template],
      );
    default:
      return [];
  }
}

/** With something in the place of the arguments of Argo Rollouts' templates, as its controller makes Jobs. */
function withArguments(template: PodTemplate): PodTemplate {
  return JSON.parse(
    JSON.stringify(template).replaceAll(/\{\{args\.([a-z]+)\}\}/g, '$1'),
  ) as PodTemplate;
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

  const templates = shipped().flatMap(([file, object]) =>
    templatesOf(object).map((template): [string, PodTemplate] => [file, template]),
  );
  for (const [file, whole] of templates) {
    it(`${file}: the pod is as restricted as can be`, async () => {
      const template = withArguments(whole);
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
        const readsCluster =
          args.includes('--kube') || template.spec.serviceAccountName === READS_BY_SCENARIO;
        assert.equal(template.spec.automountServiceAccountToken, readsCluster);
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
        const template = objects.flatMap(templatesOf)[0]!;
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

  it('kustomize builds the gate, and its parts find each other', async () => {
    const objects = await kustomized(['deploy/kubernetes/gate'], []);
    for (const object of objects) {
      const { status, text } = await dryRun(object);
      assert.ok(status < 300, text);
    }
    const [deployment] = ofKind(objects, 'Deployment');
    const [template] = templatesOf(deployment!);
    const { labels } = template!.metadata;
    const namesOf = (kind: string): string[] =>
      ofKind(objects, kind)
        .map(({ metadata }) => String(metadata.name))
        .sort();
    assert.deepEqual(namesOf('ServiceAccount'), [template!.spec.serviceAccountName]);
    assert.deepEqual(
      template!.spec.volumes?.flatMap(({ configMap }) => configMap?.name ?? []).sort(),
      namesOf('ConfigMap'),
    );
    const { replicas, strategy } = deployment!.spec as { replicas: number; strategy: object };
    assert.deepEqual([replicas, strategy], [1, { type: 'Recreate' }]);
    // Those who are let in come to the pods, at the port that they listen on.
    const [service] = ofKind(objects, 'Service');
    const [policy] = ofKind(objects, 'NetworkPolicy');
    const { selector, ports } = service!.spec as {
      selector: Record<string, string>;
      ports: { port: number }[];
    };
    const { podSelector, ingress, egress } = policy!.spec as {
      podSelector: { matchLabels: Record<string, string> };
      ingress: { ports: { port: number }[] }[];
      egress: { ports: { port: number }[] }[];
    };
    for (const [label, value] of Object.entries({ ...selector, ...podSelector.matchLabels })) {
      assert.equal(labels[label], value);
    }
    const texts = ofKind(objects, 'ConfigMap').map(({ data }) => data as Record<string, string>);
    const settings = texts.find((files) => 'gate.yaml' in files)!;
    const { listen } = parse(settings['gate.yaml']!) as { listen: string };
    for (const { port } of [...ports, ...ingress.flatMap((rule) => rule.ports)]) {
      assert.equal(listen, `0.0.0.0:${port}`);
    }
    assert.deepEqual(
      egress.map((rule) => rule.ports.map(({ port }) => port)),
      [
        [53, 53],
        [8080, 8443],
        [443, 6443],
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';
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
        // Its pods are those that the policy is for, and it lets out only what is named.
        const { podSelector, policyTypes, egress } = policy?.spec as {
          podSelector: { matchLabels: Record<string, string> };
          policyTypes: string[];
          egress: { ports: { port: number }[] }[];
        };
        for (const [label, value] of Object.entries(podSelector.matchLabels)) {
          assert.equal(template.metadata.labels[label], value);
        }
        assert.deepEqual(policyTypes, ['Ingress', 'Egress']);
        assert.deepEqual(
          egress.map(({ ports }) => ports.map(({ port }) => port)),
          [[53, 53], [8080, 8443], ...(isKube ? [[443, 6443]] : [])],
        );
      });
    }
  }
});

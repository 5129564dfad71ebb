import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse, stringify } from 'yaml';
import type { ExplanationReport } from '../../src/report/explanation.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import { ROOT, splitproof } from '../fixtures/command.js';
import { request } from '../routing/request.js';
import { startCluster, type Cluster, type ClusterObject } from './fixtures/cluster.js';
import { manifestFiles, objectsOf } from './fixtures/manifest-files.js';

/** By scenario: what is asked, where that is not what it asks itself. */
const SCENARIOS: Readonly<Record<string, readonly string[]>> = {
  'asm-greeter-100-0': [],
  'asm-greeter-60-40': [],
  'bookinfo-10-40-50': [],
  'bookinfo-reviews-api': [],
  // It asks for two, and explain takes one.
  'bookinfo-testers': ['http://localhost:8080/productpage', '--expect-service', 'reviews.default'],
  'echo-20-80': [],
};

/** What Istio's webhook refuses, which is not there: the file is wrong, and what the server has let in is read. */
const REFUSED_BY_ISTIO = [
  'test/data/routing/istio/webhook-duplicate-hosts.yaml',
  'test/data/routing/istio/webhook-mesh-star.yaml',
];

/** What the server does not take, so that it gives nothing back either; why is said where it is tested. */
const NOT_ACCEPTED = [
  'scenarios/grpc-gateway/virtual-service-streaming.yaml',
  'test/data/routing/ingress-nginx/extensions-v1beta1.yaml',
  'test/data/routing/istio/service-selects-nobody.yaml',
  'test/data/routing/nested-unknown-fields.yaml',
];

/** What controllers say of workloads whose pods all answer. */
function statusOf({ kind, spec }: ClusterObject): object | null {
  const { replicas = 1 } = (spec ?? {}) as { replicas?: number };
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
      return {
        observedGeneration: 1,
        replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
        ...(kind === 'ReplicaSet' ? {} : { updatedReplicas: replicas }),
      };
    default:
      return null;
  }
}

/**
 * Creates objects, and gives them as the server then has them: with defaults, managedFields, status.
 * When an object was created is the server's to say, so that those of the files are written back.
 */
async function returned(
  cluster: Cluster,
  objects: readonly ClusterObject[],
): Promise<ClusterObject[]> {
  const items: ClusterObject[] = [];
  for (const object of objects) {
    const created = await cluster.create(object);
    assert.ok(created.status < 300, created.text);
    // A status that comes with an object that is created is dropped.
    const status = object.status ?? statusOf(object);
    if (status !== null) {
      const answer = await cluster.setStatus(object, status);
      assert.equal(answer.status, 200, answer.text);
    }
  }
  for (const object of objects) {
    const { status, text, body } = await cluster.get(object);
    assert.equal(status, 200, text);
    const item = body as ClusterObject;
    assert.ok(Array.isArray(item.metadata.managedFields));
    item.metadata.creationTimestamp = object.metadata.creationTimestamp;
    items.push(item);
  }
  for (const object of objects) await cluster.delete(object);
  return items;
}

/** As `kubectl get` prints several objects. */
function listOf(items: readonly ClusterObject[]): string {
  return stringify({ apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items });
}

/** As it prints one after the other. */
function documentsOf(items: readonly ClusterObject[]): string {
  return items.map((item) => stringify(item)).join('---\n');
}

/** Without where in which file a thing stands. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (value instanceof Map) return withoutPlaces([...value]);
  if (typeof value === 'string') return value.replaceAll(/\S+\.yaml:\d+/g, 'FILE');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !['file', 'line', 'column', 'place'].includes(name))
      .map(([name, part]) => [name, withoutPlaces(part)]),
  );
}

/** Hosts that manifests name, where a request could be sent. */
function hostsOf(objects: readonly ClusterObject[]): string[] {
  const hosts = objects.flatMap(({ kind, metadata, spec = {} }): (string | undefined)[] => {
    const {
      hosts = [],
      hostnames = [],
      rules = [],
    } = spec as {
      hosts?: string[];
      hostnames?: string[];
      rules?: { host?: string }[];
    };
    if (kind === 'Service') return [`${String(metadata.name)}.${metadata.namespace ?? 'default'}`];
    return [...hosts, ...hostnames, ...(kind === 'Ingress' ? rules.map(({ host }) => host) : [])];
  });
  return [...new Set(hosts.map((host) => (host ?? 'any.example.com').replace('*', 'a')))];
}

/** What the product says of each host, entered by the gateway or from in the mesh. */
function saidOf(text: string, hosts: readonly string[]): unknown {
  const set = parseManifests(text, 'manifest.yaml');
  return hosts.flatMap((authority) =>
    [undefined, { kind: 'mesh' } as const].map((via) => {
      const asked = request({ authority, method: 'GET', path: '/', headers: new Map(), via });
      return withoutPlaces(resolveRoute(set, asked));
    }),
  );
}

describe('what a real API server returns of manifests is read as the files are', () => {
  let cluster: Cluster;
  let folder: string;
  before(async () => {
    cluster = await startCluster();
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-returned-'));
  });
  after(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [name, own] of Object.entries(SCENARIOS)) {
    it(`explain of scenarios/${name}.yaml`, async () => {
      const scenario = path.join(ROOT, 'scenarios', `${name}.yaml`);
      const { manifest } = parse(await readFile(scenario, 'utf8')) as { manifest: string[] };
      const files = manifest.map((file) => path.join(ROOT, 'scenarios', file));
      const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
      const file = path.join(folder, `${name}.yaml`);
      await writeFile(file, listOf(await returned(cluster, texts.flatMap(objectsOf))));
      const asked = own.length === 0 ? ['--scenario', scenario] : own;
      const [ofFiles, ofServer] = await Promise.all(
        [files, [file]].map(async (manifests) => {
          const sources = manifests.flatMap((source) => ['-f', source]);
          const line = ['explain', ...asked, ...sources, '--format', 'json'];
          const { stdout, stderr } = await splitproof(line);
          assert.equal(stderr, '');
          return withoutPlaces(JSON.parse(stdout) as ExplanationReport);
        }),
      );
      assert.deepEqual(ofServer, ofFiles);
    });
  }

  for (const [file, text] of manifestFiles()) {
    if (NOT_ACCEPTED.includes(file)) continue;
    it(file, async () => {
      const objects = objectsOf(text);
      const hosts = hostsOf(objects);
      const ofServer = documentsOf(await returned(cluster, objects));
      if (REFUSED_BY_ISTIO.includes(file)) {
        assert.throws(() => saidOf(text, hosts), /Istio refuses it/);
        assert.deepEqual(
          parseManifests(ofServer, file).findings.map(({ code }) => code),
          ['refused-object'],
        );
      } else assert.deepEqual(saidOf(ofServer, hosts), saidOf(text, hosts));
    });
  }
});

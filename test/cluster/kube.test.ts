import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import type { CallReport } from '../../src/report/call.js';
import type { ExplanationReport } from '../../src/report/explanation.js';
import type { PlanReport } from '../../src/report/plan.js';
import { recordOf, ROOT, splitproof } from '../fixtures/command.js';
import { startCluster, type Cluster, type ClusterObject } from './fixtures/cluster.js';
import { kubeconfigOf } from './fixtures/kubeconfig.js';
import { objectsOf } from './fixtures/manifest-files.js';

const FILES = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'];
const CALL = 'helloworld.Greeter/SayHello';
const APP = 'grpc-helloworld-py';
const VERSIONS = ['v1', 'v2'] as const;
const SECRET = 'hush-hush';

/** As the node has pulled it. */
const imageOf = (version: string): string => (version === 'v1' ? 'ab' : 'cd').repeat(32);

function podOf(version: string, name: string): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: APP, version } },
    spec: {
      containers: [
        {
          name: 'greeter',
          image: `example.com/greeter:${version}`,
          env: [{ name: 'PASSWORD', value: SECRET }],
        },
      ],
    },
  };
}

describe('--kube against a real API server', () => {
  let cluster: Cluster;
  let folder: string;
  let mesh: Mesh;
  let config = '';

  const asked = { env: {} as Record<string, string> };

  before(async () => {
    cluster = await startCluster();
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-kube-'));
    mesh = await startMesh({
      service: 'greeter',
      versions: [
        { name: 'v1', weight: 60, pods: podNames('greeter', 'v1') },
        { name: 'v2', weight: 40, pods: podNames('greeter', 'v2') },
      ],
    });
    config = path.join(folder, 'admin');
    await writeFile(config, kubeconfigOf(cluster.server, { token: cluster.server.access.token }));
    asked.env = { KUBECONFIG: config };
    const create = async (object: ClusterObject): Promise<void> => {
      const { status, text } = await cluster.create(object);
      assert.ok(status < 300, text);
    };
    for (const file of FILES) {
      const text = await readFile(path.join(ROOT, 'scenarios/asm-greeter', `${file}.yaml`), 'utf8');
      for (const object of objectsOf(text)) await create(object);
    }
    for (const version of VERSIONS) {
      for (const name of podNames('greeter', version)) {
        const pod = podOf(version, name);
        await create(pod);
        const image = `example.com/greeter:${version}`;
        await cluster.setStatus(pod, {
          phase: 'Running',
          containerStatuses: [
            {
              name: 'greeter',
              image,
              imageID: `example.com/greeter@sha256:${imageOf(version)}`,
              ready: true,
              restartCount: 0,
            },
          ],
        });
      }
    }
    await create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'never-read', namespace: 'default' },
      stringData: { password: SECRET },
    });
  });
  after(async () => {
    await Promise.all([cluster.stop(), mesh.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('gives the route that what kubectl prints gives', async () => {
    const kinds =
      'virtualservices.networking.istio.io,destinationrules.networking.istio.io,gateways.networking.istio.io,services,deployments,pods,namespaces';
    const { stdout } = await promisify(execFile)(
      'kubectl',
      ['get', kinds, '-n', 'default', '-o', 'yaml', '--cache-dir', path.join(folder, 'cache')],
      { env: { ...process.env, KUBECONFIG: config } },
    );
    const file = path.join(folder, 'list.yaml');
    await writeFile(file, stdout);
    const line = ['explain', ':8080', CALL, '--plaintext', '--format', 'json'];
    const ofFile = await splitproof([...line, '-f', file], {});
    const ofCluster = await splitproof([...line, '--kube'], asked);
    assert.equal(ofCluster.stderr, '');
    const [one, other] = [ofFile, ofCluster].map(
      (said) => JSON.parse(said.stdout) as ExplanationReport,
    );
    assert.ok(one !== undefined && other !== undefined);
    assert.equal(one.route?.source, 'VirtualService default/grpc-vs');
    assert.deepEqual(other.destinations, one.destinations);
    assert.deepEqual(other.route, { ...one.route, file: null, line: null });
    assert.equal(other.rules[0]?.place?.file, 'cluster: VirtualService default/grpc-vs');
    assert.equal(other.rules[0].place.line, null);
    assert.equal(
      other.rules[0].place.path,
      one.rules[0]?.place?.path?.replace(/^items\[\d+\]\./, ''),
    );
    const verified = await Promise.all(
      [['-f', file], ['--kube']].map((source) =>
        recordOf(
          ['verify', ...source, mesh.address, CALL, '--plaintext', '--gateway-port', '8080'],
          asked,
        ),
      ),
    );
    assert.deepEqual(
      verified.map(({ record }) => record.verdict),
      ['pass', 'pass'],
    );
    const codesOf = ({ findings }: ExplanationReport): string[] => findings.map(({ code }) => code);
    assert.deepEqual(codesOf(other), codesOf(one));
  });

  it('verifies what the cluster configures, and binds the record to what was read', async () => {
    const [statement, run] = [path.join(folder, 'attest.json'), path.join(folder, 'run.json')];
    const line = ['verify', '--kube', mesh.address, CALL, '--plaintext', '--gateway-port', '8080'];
    const { status, record, stderr } = await recordOf(
      [...line, '--attest', statement, '-o', run],
      asked,
    );
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /^note: \d+ objects read from the cluster of context test, in the namespaces default, istio-system$/m,
    );
    const read = record.cluster;
    assert.equal(read?.objectCount, read?.objects.length);
    const found = read?.objects.find(({ kind }) => kind === 'VirtualService');
    const { body } = await cluster.server.ask(
      'GET',
      '/apis/networking.istio.io/v1/namespaces/default/virtualservices/grpc-vs',
    );
    assert.equal(found?.resourceVersion, (body as ClusterObject).metadata.resourceVersion);
    const pods = VERSIONS.flatMap((version) => podNames('greeter', version)).map(
      (pod) => `default/${pod}`,
    );
    assert.deepEqual(read?.images.flatMap((image) => image.pods).sort(), pods.sort());

    const saved = await readFile(run);
    assert.doesNotMatch(saved.toString(), new RegExp(`${SECRET}|managedFields|never-read`));
    const { subject, predicate } = JSON.parse(await readFile(statement, 'utf8')) as {
      subject: unknown;
      predicate: { verdict: string; record: { digest: object } };
    };
    assert.deepEqual(
      subject,
      VERSIONS.map((version) => {
        return { name: `example.com/greeter:${version}`, digest: { sha256: imageOf(version) } };
      }),
    );
    assert.equal(predicate.verdict, 'pass');
    const sha256 = createHash('sha256').update(saved).digest('hex');
    assert.deepEqual(predicate.record.digest, { sha256 });
  });

  it('fails a mesh that serves something else than the cluster configures', async () => {
    mesh.setWeights({ v1: 30, v2: 70 });
    const line = ['verify', '--kube', mesh.address, CALL, '--plaintext', '--gateway-port', '8080'];
    const { status, record } = await recordOf(line, asked);
    mesh.setWeights({ v1: 60, v2: 40 });
    assert.equal(status, 1);
    assert.equal(record.calls[0]?.route?.source, 'VirtualService default/grpc-vs');
    assert.equal(record.calls[0].split?.destinations[0]?.weight, 60);
  });

  it('calls once, and says which route that takes', async () => {
    const line = ['call', '--kube', mesh.address, CALL, '--plaintext', '--gateway-port', '8080'];
    const { status, stdout, stderr } = await splitproof([...line, '--format', 'json'], asked);
    assert.equal(status, 0, stderr);
    const { route, destination, isRouted } = JSON.parse(stdout) as CallReport;
    assert.equal(route?.source, 'VirtualService default/grpc-vs');
    assert.ok(destination !== null && isRouted === true, stdout);
    assert.match(
      stderr,
      /^note: \d+ objects read from the cluster of context test, in the namespaces /m,
    );
  });

  it('plans for what the cluster configures, and says what was read', async () => {
    const line = ['plan', '--kube', ':8080', CALL, '--plaintext'];
    const { status, stdout, stderr } = await splitproof([...line, '--format', 'json'], asked);
    assert.equal(status, 0, stderr);
    const { route, splits, notes } = JSON.parse(stdout) as PlanReport;
    assert.equal(route?.source, 'VirtualService default/grpc-vs');
    assert.deepEqual(
      splits[0]?.destinations.map(({ weight }) => weight),
      [60, 40],
    );
    assert.match(
      notes.join(),
      /^\d+ objects read from the cluster of context test, in the namespaces /,
    );
    const text = await splitproof(line, asked);
    assert.match(text.stdout, /^ *read +\d+ objects read from the cluster of context test/m);
  });

  it('joins shards between which something has changed, and says what', async () => {
    const line = ['verify', '--kube', mesh.address, CALL, '--plaintext', '--gateway-port', '8080'];
    const files = ['one', 'two'].map((name) => path.join(folder, `${name}.json`));
    for (const [index, file] of files.entries()) {
      const { status, stderr } = await splitproof([...line, '-n', '200', '-o', file], asked);
      assert.equal(status, 3, stderr);
      if (index > 0) continue;
      await cluster.server.ask(
        'PATCH',
        '/api/v1/namespaces/default/services/grpc-helloworld-py',
        { metadata: { labels: { between: 'shards' } } },
        { 'content-type': 'application/merge-patch+json' },
      );
    }
    const { status, record } = await recordOf(['merge', ...files], {});
    assert.equal(status, 3);
    const found = record.findings.find(({ code }) => code === 'cluster-changed');
    assert.equal(found?.evidence, '1 object differs: Service default/grpc-helloworld-py');
    assert.equal(record.cluster?.otherStates.length, 1);
    assert.equal(record.cluster.images.length, VERSIONS.length);
  });

  it('gives another digest when an object changes, and the same when none does', async () => {
    const line = ['bench', '--kube', mesh.address, CALL, '--plaintext', '--gateway-port', '8080'];
    const digest = async (): Promise<string | undefined> => {
      return (await recordOf([...line, '-n', '20'], asked)).record.cluster?.digest;
    };
    const first = await digest();
    assert.equal(await digest(), first);
    await cluster.server.ask(
      'PATCH',
      '/api/v1/namespaces/default/services/grpc-helloworld-py',
      { metadata: { labels: { changed: 'yes' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    assert.notEqual(await digest(), first);
  });
});

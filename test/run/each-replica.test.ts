import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { readRecord } from '../../src/record/read-record.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { merge } from '../../src/run/merge.js';
import { plan } from '../../src/run/plan.js';
import { verify } from '../../src/run/verify.js';
import { planQuestion } from '../../src/scenario/plan-question.js';
import { type SettingsInput, settingsSchema } from '../../src/scenario/schema.js';
import { splitproof } from '../fixtures/command.js';
import { type FakeApi, startFakeApi } from '../inputs/cluster/fake-api.js';
import { pathOfList, replicaObjects, type ListedReplica } from './replica-objects.js';

const TARGET = 'gateway.example.com:8080';
const CALL = 'helloworld.Greeter/SayHello';
const RIGHT = { v1: 90, v2: 10 };
const STALE = { v1: 60, v2: 40 };

/** A port of loopback where nobody listens. */
async function deadPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('--each-replica', () => {
  let api: FakeApi;
  let folder: string;
  let meshes: Mesh[];
  const kubeconfig = process.env.KUBECONFIG;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-replicas-'));
    process.env.KUBECONFIG = path.join(folder, 'config');
    meshes = await Promise.all(
      [1, 2, 3].map(() =>
        startMesh({
          service: 'greeter',
          versions: [
            { name: 'v1', weight: 90, pods: podNames('greeter', 'v1') },
            { name: 'v2', weight: 10, pods: podNames('greeter', 'v2') },
          ],
        }),
      ),
    );
  });
  after(async () => {
    if (kubeconfig === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = kubeconfig;
    await Promise.all([
      rm(folder, { recursive: true, force: true }),
      ...meshes.map((m) => m.close()),
    ]);
  });
  beforeEach(async () => {
    api = await startFakeApi();
    const config = {
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: { server: api.url } }],
      users: [{ name: 'u', user: { token: 'good' } }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    };
    await writeFile(path.join(folder, 'config'), stringify(config));
    for (const mesh of meshes) mesh.setWeights(RIGHT);
    serve();
  });
  afterEach(() => api.close());

  const replicas = (): ListedReplica[] =>
    meshes.map(({ port }, index) => ({
      pod: `gw-${'abc'[index] ?? ''}`,
      address: '127.0.0.1',
      port,
    }));

  function serve(some: readonly ListedReplica[] = replicas()): void {
    const objects = replicaObjects(some);
    for (const at of new Set(objects.map(pathOfList))) {
      const listed = objects.filter((object) => pathOfList(object) === at);
      api.contents.set(at, { kind: 'pages', pages: [listed] });
    }
  }

  const settings = (changes: SettingsInput = {}): SettingsInput => ({
    ...{ target: TARGET, call: CALL, kube: true, 'each-replica': true, plaintext: true },
    // Right replicas are to pass every time.
    power: 0.9999,
    ...changes,
  });

  const verdicts = ({ calls }: RunRecord): string[] =>
    calls.map(({ replica, verdict }) => `${replica?.pod ?? ''} ${verdict}`);

  const findingsOf = ({ findings }: RunRecord, code: string): RunRecord['findings'] =>
    findings.filter((finding) => finding.code === code);

  it('passes right replicas, each with what a verdict needs of its own', async () => {
    const record = await verify(settings());
    assert.equal(record.verdict, 'pass', JSON.stringify(record.reasons));
    assert.deepEqual(verdicts(record), ['gw-a pass', 'gw-b pass', 'gw-c pass']);
    record.calls.forEach(({ call, replica, split }, index) => {
      assert.equal(call, CALL);
      assert.deepEqual(replica, {
        pod: replicas()[index]?.pod,
        namespace: 'edge',
        address: meshes[index]?.address,
      });
      // The account of each gateway itself.
      const served = Object.values(meshes[index]?.served() ?? {}).reduce((a, b) => a + b, 0);
      assert.equal(served, split?.sampled);
      assert.equal(split?.sampled, split?.requestsPlanned);
    });
    const { connections } = record.transport;
    for (const { address } of meshes) {
      assert.equal(connections.filter(({ remote }) => remote === address).length, 10);
    }
    assert.equal(record.target, TARGET);
    const joined = await merge([readRecord(JSON.stringify(record), 'run.json')]);
    assert.deepEqual(verdicts(joined), verdicts(record));
  });

  it('fails where one serves old weights, and names its pod', async () => {
    meshes[1]?.setWeights(STALE);
    const record = await verify(settings({ previous: 'v1=60,v2=40' }));
    assert.equal(record.verdict, 'fail');
    assert.deepEqual(verdicts(record), ['gw-a pass', 'gw-b fail', 'gw-c pass']);
    assert.ok(record.reasons.some(({ code, call }) => code === 'split-differs' && call === 'gw-b'));
    const [disagree] = findingsOf(record, 'gateways-disagree');
    assert.match(disagree?.summary ?? '', /gw-b splits otherwise than configured/);
    const [stale, ...others] = findingsOf(record, 'stale-weights');
    assert.equal(stale?.call, 'gw-b');
    assert.deepEqual(others, []);
  });

  it('finds it in an open loop, by several threads, by grpc-js and with as few requests as it takes', async () => {
    meshes[2]?.setWeights(STALE);
    const ways: SettingsInput[] = [
      { rps: 1500, workers: 2, requests: 4500 },
      { engine: 'grpc-js', requests: 3000 },
      { sequential: true },
    ];
    for (const way of ways) {
      const record = await verify(settings(way));
      assert.equal(record.verdict, 'fail', JSON.stringify(way));
      assert.match(findingsOf(record, 'gateways-disagree')[0]?.summary ?? '', /: gw-c splits/);
      assert.deepEqual(
        record.calls.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name),
        ['gw-c'],
      );
    }
  });

  it('finds it among gateways of plain HTTP', async () => {
    const draws = [0.9, 0.5, 0.9].map((share) => {
      const answer = (_: IncomingMessage, response: ServerResponse): void => {
        const version = Math.random() < share ? 'v1' : 'v2';
        response.setHeader('x-pod', `grpc-helloworld-py-${version}-7d9f8c6b5d-x2k4p`).end();
      };
      return createServer(answer).listen(0, '127.0.0.1');
    });
    await Promise.all(draws.map((server) => once(server, 'listening')));
    serve(
      draws.map((server, index) => {
        const { port } = server.address() as net.AddressInfo;
        return { pod: `gw-${index}`, address: '127.0.0.1', port };
      }),
    );
    const asked = settings({ http: { path: '/' }, identity: 'header:x-pod' });
    delete asked.call;
    const record = await verify(asked);
    for (const server of draws) {
      server.close();
      server.closeAllConnections();
    }
    assert.deepEqual(verdicts(record), ['gw-0 pass', 'gw-1 fail', 'gw-2 pass']);
  });

  it('holds several calls apart at each of them', async () => {
    meshes[0]?.setWeights(STALE);
    const asked = settings();
    delete asked.call;
    const record = await verify({
      ...asked,
      calls: [{ call: CALL }, { call: CALL, name: 'again' }],
    });
    assert.deepEqual(
      record.calls.map(({ name, verdict }) => `${name ?? ''}: ${verdict}`),
      [CALL, 'again'].flatMap((name) => [
        `${name} at gw-a: fail`,
        `${name} at gw-b: pass`,
        `${name} at gw-c: pass`,
      ]),
    );
    assert.equal(findingsOf(record, 'gateways-disagree').length, 2);
  });

  it('has a replica that cannot be reached as an error with its pod, and leaves none out', async () => {
    const port = await deadPort();
    serve([...replicas().slice(0, 2), { pod: 'gw-dead', address: '127.0.0.1', port }]);
    const record = await verify(settings({ timeout: '1s' }));
    assert.equal(record.verdict, 'fail');
    assert.deepEqual(verdicts(record), ['gw-a pass', 'gw-b pass', 'gw-dead fail']);
    const [gone, ...others] = findingsOf(record, 'address-unreachable');
    assert.deepEqual(others, []);
    assert.equal(gone?.severity, 'error');
    assert.equal(
      gone.summary,
      `1 of 3 replicas of the gateway could not be reached: gw-dead (127.0.0.1:${port}).`,
    );
    const { due, sent, unsent } = record.load;
    assert.equal(due, sent + unsent);
    assert.equal(unsent, due / 3);
  });

  it('is unreachable where none can be reached, and says where to run it', async () => {
    const ports = await Promise.all([deadPort(), deadPort()]);
    serve(ports.map((port, index) => ({ pod: `gw-${index}`, address: '127.0.0.1', port })));
    const { status, stdout } = await splitproof(
      ['verify', '--kube', '--each-replica', TARGET, CALL, '--plaintext', '--format', 'json'],
      {},
    );
    assert.equal(status, 4);
    const record = JSON.parse(stdout) as RunRecord;
    assert.deepEqual([record.end, record.verdict], ['unreachable', 'inconclusive']);
    const findings = findingsOf(record, 'connection-refused');
    assert.deepEqual(
      findings.map(({ evidence }) => evidence.split(':')[0]),
      ['gw-0', 'gw-1'],
    );
    assert.match(findings[0]?.advice ?? '', /inside of the cluster alone: run this in a pod of it/);
  });

  it('names the right that is missing where endpoints may not be read', async () => {
    api.contents.set('/apis/discovery.k8s.io/v1/namespaces/edge/endpointslices', {
      kind: 'status',
      status: 403,
      message: 'User "jane" cannot list resource "endpointslices"',
    });
    await assert.rejects(
      verify(settings()),
      /the user "jane" may not read where the pods of the gateway are: add to a Role of it in the namespace edge \{apiGroups: \["discovery.k8s.io"\], resources: \["endpointslices"\], verbs: \["get", "list"\]\}/,
    );
  });

  it('wants a request for each', async () => {
    await assert.rejects(verify(settings({ requests: 2 })), /there are 3 replicas/);
  });

  it('is planned as n for each of them', async () => {
    const planned = async (changes: SettingsInput) =>
      await plan(planQuestion(settingsSchema.parse(settings(changes))));
    const report = await planned({});
    assert.deepEqual(report.replicas, {
      service: 'edge/edge-gateway',
      pods: ['gw-a', 'gw-b', 'gw-c'],
    });
    const needed = report.splits.map((split) => split.needed[0]?.requests);
    assert.equal(new Set(needed).size, 1);
    const record = await verify(settings());
    assert.deepEqual(
      record.calls.map(({ split }) => split?.requestsPlanned),
      needed,
    );
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf } from '../fixtures/command.js';
import { xdsBootstrap } from '../fixtures/xds-bootstrap.js';
import { ECHO_HOST, startXdsMesh, type XdsMesh } from '../fixtures/xds-mesh.js';

const CALL = [`xds:///${ECHO_HOST}:7070`, 'proto.EchoTestService/Echo', '-d', '{"message":"hi"}'];

const MANIFESTS = `
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: echo-grpc}
spec:
  selector: {app: echo}
  ports: [{name: grpc, port: 7070}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: echo-versions, namespace: echo-grpc}
spec:
  host: ${ECHO_HOST}
  subsets:
    - {name: v1, labels: {version: v1}}
    - {name: v2, labels: {version: v2}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: echo-weights, namespace: echo-grpc}
spec:
  hosts: [${ECHO_HOST}]
  http:
    - route:
        - {destination: {host: ${ECHO_HOST}, subset: v1}, weight: 20}
        - {destination: {host: ${ECHO_HOST}, subset: v2}, weight: 80}
`;

describe('a target that a control plane tells of', () => {
  let folder: string;
  let manifests: string;
  let mesh: XdsMesh;
  let server: string[];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-xds-target-'));
    manifests = path.join(folder, 'manifests.yaml');
    await writeFile(manifests, MANIFESTS);
    mesh = await startXdsMesh({ v1: 20, v2: 80 });
    server = ['--xds-server', mesh.plane.address];
  });
  after(async () => {
    await mesh.close();
    await rm(folder, { recursive: true });
  });

  const served = (): number => Object.values(mesh.pods.served()).reduce((sum, n) => sum + n, 0);
  const codes = ({ findings }: RunRecord): string[] => findings.map(({ code }) => code);

  it('passes by the weights that were applied and told, and names the VirtualService of the routes', async () => {
    const before = mesh.pods.served();
    // A right split fails at this level once in a million runs.
    const asked = ['-n', '2000', '--alpha', '0.000001', '--tolerance', '10pp'];
    const { status, record } = await recordOf([
      'verify',
      '-f',
      manifests,
      ...server,
      ...CALL,
      ...asked,
    ]);
    assert.equal(status, 0, JSON.stringify(record.reasons));
    assert.equal(record.via, 'proxyless');
    assert.equal(record.load.engine, 'grpc-js-xds');
    const [call] = record.calls;
    const programmed = call?.programmed;
    assert.deepEqual(programmed?.virtualServices, ['echo-grpc/echo-weights']);
    assert.equal(programmed.difference, null);
    assert.deepEqual(
      programmed.destinations.map(({ name, programmedShare }) => [name, programmedShare]),
      [
        ['v1', 0.2],
        ['v2', 0.8],
      ],
    );
    // What the pods themselves have counted.
    const after = mesh.pods.served();
    assert.deepEqual(
      call?.split?.destinations.map(({ name, observed }) => [name, observed]),
      ['v1', 'v2'].map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]),
    );
  });

  it('fails where another split is told and served, and names the difference', async () => {
    mesh.setWeights({ v1: 50, v2: 50 });
    const file = path.join(folder, 'bootstrap.json');
    await writeFile(file, xdsBootstrap(mesh.plane.address, 'by-file'));
    const { status, record } = await recordOf(['verify', '-f', manifests, ...CALL, '-n', '1000'], {
      env: { GRPC_XDS_BOOTSTRAP: file },
    });
    assert.equal(status, 1);
    const told = record.findings.find(({ code }) => code === 'config-not-programmed');
    assert.match(told?.evidence ?? '', /v1 is configured with 20 % and programmed with 50 %/);
    assert.match(told?.evidence ?? '', /VirtualService echo-grpc\/echo-weights/);
    assert.ok(mesh.events.some(({ node }) => node === 'by-file'));
  });

  it('fails where one destination has all calls, over one connection', async () => {
    mesh.setWeights({ v2: 1 });
    const { status, record } = await recordOf([
      'verify',
      '--weights',
      'v1=20,v2=80',
      ...server,
      ...CALL,
      '-n',
      '400',
    ]);
    assert.equal(status, 1, JSON.stringify(record.reasons));
  });

  it('bars a pass where the weights change meanwhile, and loses no call while the control plane is away', async () => {
    mesh.setWeights({ v1: 200, v2: 800 });
    const from = served();
    const asked = ['-n', '6000', '--pace', '5000', '--alpha', '0.000001', '--tolerance', '10pp'];
    const running = recordOf(['verify', '--weights', 'v1=20,v2=80', ...server, ...CALL, ...asked]);
    while (served() < from + 300) await sleep(2);
    const at = mesh.events.length;
    await mesh.plane.stop();
    await mesh.happened(({ event }) => event === 'left', at);
    await mesh.plane.start();
    await mesh.happened((one) => one.event === 'accepted' && one.kind === 'rds', at);
    // As good as the same: the counts alone do not show it.
    mesh.setWeights({ v1: 201, v2: 799 });
    const { status, record } = await running;
    assert.equal(status, 3, JSON.stringify(record.reasons));
    assert.equal(record.load.ok, 6000);
    assert.ok(record.reasons.some(({ code }) => code === 'weights-changed-during-run'));
    const change = record.findings.find(({ evidence }) => evidence.includes('20.1 %'));
    assert.equal(change?.code, 'weights-changed-during-run');
    assert.match(
      change.evidence,
      /v1 20 %, v2 80 % until 20\d\d-.*Z, and v1 20.1 %, v2 79.9 % from/,
    );
    const loss = record.findings.find(({ code }) => code === 'control-plane-lost');
    assert.match(loss?.summary ?? '', /into the sample for .* and came back at/);
    assert.match(loss?.evidence ?? '', /6,000 of 6,000 calls of the sample were OK/);
  });

  it('is not there where a resource is missing, which is named', async () => {
    mesh.plane.setFault('eds', 'missing');
    const { status, record } = await recordOf([
      'verify',
      '--weights',
      'v1=20,v2=80',
      ...server,
      ...CALL,
      '--connect-timeout',
      '300ms',
    ]);
    mesh.plane.setFault('eds', null);
    assert.equal(status, 4);
    assert.equal(record.end, 'unreachable');
    assert.deepEqual(codes(record), ['xds-resource-missing']);
    assert.match(
      record.findings[0]?.evidence ?? '',
      /has no endpoints of the cluster \(EDS\) "outbound\|7070\|v1\|echo/,
    );
  });
});

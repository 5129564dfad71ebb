import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '../../src/mesh/xds/control-plane.js';
import type { XdsResources } from '../../src/mesh/xds/resources.js';
import { recordOf } from '../fixtures/command.js';
import type { Envoy } from '../fixtures/envoy.js';
import { type GrpcClient, grpcClient } from '../fixtures/grpc-client.js';
import { type MtlsPods, OTHER_NAME, POD_NAME, startMtlsPods } from '../fixtures/mtls-pods.js';
import { mtlsManifests, mtlsResources } from '../fixtures/mtls-told.js';
import { ECHO_HOST } from '../fixtures/xds-mesh.js';
import { startXdsEnvoy } from '../fixtures/xds-envoy.js';

const POLL_MS = 20;
const POLLS = 1000;
/** After which all workers of Envoy have heard of a change that one has. */
const IN_A_ROW = 20;

describe('mutual TLS between Envoy and pods', () => {
  let pods: MtlsPods;
  let plane: ControlPlane;
  let envoy: Envoy;
  let client: GrpcClient;
  before(async () => {
    pods = await startMtlsPods();
    plane = await startControlPlane({ resources: mtlsResources(pods.plaintext, null) });
    envoy = await startXdsEnvoy(plane.address);
    client = grpcClient('echo', envoy.address);
  });
  after(async () => {
    client.close();
    await envoy.stop();
    await plane.stop();
    await pods.close();
  });

  const said = (): Promise<string> =>
    client.call('Echo', { message: 'x' }).then(() => 'OK', String);

  async function run(manifests: string, resources: XdsResources, until: RegExp, calls = 100) {
    plane.publish(resources);
    let row = 0;
    for (let poll = 0; row < IN_A_ROW; poll += 1) {
      assert.ok(poll < POLLS, `Envoy does not say ${until}`);
      row = until.test(await said()) ? row + 1 : 0;
      if (row === 0) await sleep(POLL_MS);
    }
    const file = path.join(pods.folder, 'manifests.yaml');
    await writeFile(file, manifests);
    // A right split fails at this level once in a million runs.
    const rule = ['-n', String(calls), '--alpha', '0.000001', '--tolerance', '10pp'];
    const to = [envoy.address, '--authority', ECHO_HOST];
    const call = [...to, 'proto.EchoTestService/Echo', '-d', '{"message":"x"}'];
    const { status, record } = await recordOf([
      'verify',
      '-f',
      file,
      '--plaintext',
      ...call,
      ...rule,
    ]);
    const finding = (code: string) =>
      record.findings.find((one) => one.code === code && one.about === 'target');
    return { status, record, finding };
  }

  it('is broken, fixed, and broken in the other ways, each told by the manifests', async () => {
    const { cert, key, authority } = pods.client;
    const from = { cert, key, authority };
    const tls = { names: [POD_NAME], from };

    const broken = await run(
      mtlsManifests('ISTIO_MUTUAL', 'DISABLE'),
      mtlsResources(pods.plaintext, tls),
      /remote connection failure/,
    );
    assert.notEqual(broken.status, 0);
    const told = broken.finding('mtls-to-plaintext');
    assert.match(told?.summary ?? '', /^Gateway → pod: mutual TLS is sent/);
    assert.match(told?.evidence ?? '', /give PeerAuthentication default the mode STRICT/);

    const fixed = await run(
      mtlsManifests('ISTIO_MUTUAL', 'STRICT'),
      mtlsResources(pods.mtls, tls),
      /^OK$/,
      2000,
    );
    assert.equal(fixed.status, 0, JSON.stringify(fixed.record.reasons));

    const plain = await run(
      mtlsManifests('DISABLE', 'STRICT'),
      mtlsResources(pods.mtls, null),
      /connection termination/,
    );
    assert.notEqual(plain.status, 0);
    assert.ok(plain.finding('plaintext-to-mtls'), JSON.stringify(plain.record.findings));

    const named = await run(
      mtlsManifests('ISTIO_MUTUAL', 'STRICT', OTHER_NAME),
      mtlsResources(pods.mtls, { names: [OTHER_NAME], from }),
      /remote connection failure/,
    );
    assert.notEqual(named.status, 0);
    assert.ok(named.finding('mtls-san-mismatch'), JSON.stringify(named.record.findings));
  });
});

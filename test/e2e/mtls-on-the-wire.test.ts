import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Finding } from '../../src/finding.js';
import { startControlPlane } from '../../src/mesh/xds/control-plane.js';
import type { XdsResources } from '../../src/mesh/xds/resources.js';
import { recordOf } from '../fixtures/command.js';
import { type MtlsPods, OTHER_NAME, POD_NAME, startMtlsPods } from '../fixtures/mtls-pods.js';
import { mtlsManifests, mtlsResources } from '../fixtures/mtls-told.js';
import { ECHO_HOST } from '../fixtures/xds-mesh.js';
import { xdsBootstrap } from '../fixtures/xds-bootstrap.js';

type Ran = Awaited<ReturnType<typeof recordOf>>;

describe('mutual TLS between a client without a proxy and pods', () => {
  const from = { provider: 'default' };
  const tls = { names: [POD_NAME], from };
  let pods: MtlsPods;
  let broken: Ran;
  let fixed: Ran;
  let plain: Ran;
  let named: Ran;
  before(async () => {
    pods = await startMtlsPods();
    // Each waits for connections that do not come.
    [broken, fixed, plain, named] = await Promise.all([
      run('broken', mtlsManifests('ISTIO_MUTUAL', 'DISABLE'), mtlsResources(pods.plaintext, tls)),
      run('fixed', mtlsManifests('ISTIO_MUTUAL', 'STRICT'), mtlsResources(pods.mtls, tls)),
      run('plain', mtlsManifests('DISABLE', 'STRICT'), mtlsResources(pods.mtls, null)),
      run(
        'named',
        mtlsManifests('ISTIO_MUTUAL', 'STRICT'),
        mtlsResources(pods.mtls, { names: [OTHER_NAME], from }),
      ),
    ]);
  });
  after(() => pods.close());

  async function run(name: string, manifests: string, resources: XdsResources): Promise<Ran> {
    const plane = await startControlPlane({ resources });
    const file = path.join(pods.folder, `${name}.yaml`);
    await writeFile(file, manifests);
    const bootstrap = path.join(pods.folder, `${name}.json`);
    await writeFile(bootstrap, xdsBootstrap(plane.address, name, pods.client));
    // A right split fails at this level once in a million runs.
    const rule = ['-n', '2000', '--alpha', '0.000001', '--tolerance', '10pp'];
    const call = [
      `xds:///${ECHO_HOST}:7070`,
      'proto.EchoTestService/Echo',
      '-d',
      '{"message":"x"}',
    ];
    const env = { GRPC_XDS_BOOTSTRAP: bootstrap };
    return await recordOf(['verify', '-f', file, ...call, ...rule], { env }).finally(() =>
      plane.stop(),
    );
  }

  function found({ record }: Ran, code: string): Finding | undefined {
    return record.findings.find((one) => one.code === code && one.about === 'target');
  }

  it('mutual TLS sent to pods that take plaintext', () => {
    assert.equal(broken.status, 4);
    const finding = found(broken, 'mtls-to-plaintext');
    assert.equal(finding?.severity, 'error');
    assert.match(finding.summary, /^This client → pod: mutual TLS is sent/);
    assert.match(
      finding.evidence,
      /wrong version number.*DestinationRule echo-grpc\/echo-versions/,
    );
    assert.match(finding.evidence, /PeerAuthentication echo-grpc\/default .* the mode DISABLE/);
    assert.match(finding.evidence, /give PeerAuthentication default the mode STRICT/);
    assert.equal(finding.place?.path, 'spec.trafficPolicy.tls');
  });

  it('passes once the pods take it', () => {
    assert.equal(fixed.status, 0, JSON.stringify(fixed.record.reasons));
    assert.equal(fixed.record.load.ok, 2000);
  });

  it('plaintext sent to pods that take mutual TLS alone', () => {
    assert.equal(plain.status, 4);
    const finding = found(plain, 'plaintext-to-mtls');
    assert.equal(finding?.severity, 'error');
    assert.match(finding.evidence, /give DestinationRule echo-versions the mode ISTIO_MUTUAL/);
  });

  it('a name that no pod has', () => {
    assert.equal(named.status, 4);
    const finding = found(named, 'mtls-san-mismatch');
    assert.match(finding?.evidence ?? '', /No matching subject alternative name found in certif/);
    assert.match(finding?.advice ?? '', /^The manifests that were given do not say so/);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ExplanationReport } from '../../src/report/explanation.js';
import { recordOf, splitproof } from '../fixtures/command.js';
import { envoyConfig } from '../fixtures/envoy-config.js';
import { type Envoy, startEnvoy, startEnvoyWithConfig } from '../fixtures/envoy.js';
import { type Pods, startPods } from '../fixtures/greeters.js';

const HOST = 'grpc-helloworld-py.default.svc.cluster.local';
const MANIFESTS = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap(
  (name) => ['-f', `scenarios/asm-greeter/${name}.yaml`],
);
const CALL = ['helloworld.Greeter/SayHello', '--plaintext'];

describe('configured, programmed and observed, with the real Envoy', () => {
  let pods: Pods;
  let envoy: Envoy;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
    // The manifests say 60/40; this gateway was told something else.
    envoy = await startEnvoy({
      listeners: [
        {
          kind: 'http',
          clusters: [
            { name: `outbound|50051|v1|${HOST}`, weight: 80, ports: [pods.ports.v1!] },
            { name: `outbound|50051|v2|${HOST}`, weight: 20, ports: [pods.ports.v2!] },
          ],
        },
      ],
    });
  });
  after(async () => {
    await envoy.stop();
    await pods.close();
  });

  it('explain reads the admin interface and says where they part', async () => {
    const { status, stdout } = await splitproof([
      ...['explain', ...MANIFESTS, envoy.address, ...CALL, '--envoy-admin', envoy.adminUrl],
      ...['--format', 'json'],
    ]);
    const report = JSON.parse(stdout) as ExplanationReport;
    assert.equal(status, 2);
    assert.equal(report.programmed?.source, envoy.adminUrl);
    assert.deepEqual(
      report.programmed.destinations.map(({ programmedShare }) => programmedShare),
      [0.8, 0.2],
    );
    assert.equal(report.findings[0]?.code, 'config-not-programmed');
  });

  it('of several replicas the one that parts is told', async () => {
    const right = await startEnvoy({
      listeners: [
        {
          kind: 'http',
          clusters: [
            { name: `outbound|50051|v1|${HOST}`, weight: 60, ports: [pods.ports.v1!] },
            { name: `outbound|50051|v2|${HOST}`, weight: 40, ports: [pods.ports.v2!] },
          ],
        },
      ],
    });
    try {
      const explained = async (urls: readonly string[]): Promise<ExplanationReport> => {
        const { stdout } = await splitproof([
          ...['explain', ...MANIFESTS, '--gateway-port', '8080', ...CALL, '--format', 'json'],
          ...urls.flatMap((url) => ['--envoy-admin', url]),
        ]);
        return JSON.parse(stdout) as ExplanationReport;
      };
      assert.equal((await explained([right.adminUrl])).programmed?.difference, null);
      const both = await explained([right.adminUrl, envoy.adminUrl]);
      assert.equal(both.programmed?.source, envoy.adminUrl);
      assert.match(both.programmed.difference ?? '', /v1 .* 60 % and programmed with 80 %/);
    } finally {
      await right.stop();
    }
  });

  it('verify shows what was observed beside them, and the verdict is by the configured split', async () => {
    const args = ['verify', ...MANIFESTS, envoy.address, ...CALL, '--envoy-admin', envoy.adminUrl];
    const { status, record } = await recordOf(args);
    assert.equal(status, 1);
    const [call] = record.calls;
    assert.deepEqual(
      call!.programmed?.destinations.map(({ name, configuredShare, programmedShare }) => [
        name,
        configuredShare,
        programmedShare,
      ]),
      [
        ['v1', 0.6, 0.8],
        ['v2', 0.4, 0.2],
      ],
    );
    // Envoy does what it was programmed to do: 3,089 draws are within 5 points of it but for 1 in 10¹¹.
    assert.ok(Math.abs(call!.split!.destinations[0]!.share! - 0.8) < 0.05);
    const finding = record.findings.find(({ code }) => code === 'config-not-programmed');
    assert.match(finding!.evidence, /v1 is configured with 60 % and programmed with 80 %/);
    const { stdout } = await splitproof([...args, '-n', '200']);
    assert.match(stdout, /destination +configured +programmed +observed/);
  });

  it('reads a gateway without Istio, its routes without a name, and says when names tell too little', async () => {
    const explained = async (
      names: readonly string[],
    ): Promise<{ status: number | null; report: ExplanationReport }> => {
      const listeners = [
        {
          kind: 'http' as const,
          clusters: names.map((name) => ({ name, weight: 50, ports: [pods.ports.v1!] })),
        },
      ];
      // Clusters keep their plain names here, and the route table has none at all.
      const config = JSON.stringify(envoyConfig(listeners))
        .replaceAll('listener-0/', '')
        .replace('"name":"routes-0",', '');
      const other = await startEnvoyWithConfig(JSON.parse(config) as object);
      try {
        const { status, stdout } = await splitproof([
          ...['explain', ...MANIFESTS, other.address, ...CALL, '--envoy-admin', other.adminUrl],
          ...['--format', 'json'],
        ]);
        return { status, report: JSON.parse(stdout) as ExplanationReport };
      } finally {
        await other.stop();
      }
    };
    const plain = await explained(['v1', 'v2']);
    assert.equal(plain.status, 2);
    assert.match(plain.report.programmed?.difference ?? '', /v1 .* 60 % and programmed with 50 %/);
    const unclear = await explained(['blue', 'green']);
    assert.equal(unclear.status, 0);
    assert.equal(unclear.report.programmed?.difference, null);
    assert.deepEqual(
      unclear.report.findings.map(({ code }) => code),
      ['config-not-compared'],
    );
  });

  it('compares weights given by hand with the clusters of their names', async () => {
    const { record } = await recordOf([
      ...['verify', '--weights', 'v1=80,v2=20', '-n', '200'],
      ...[envoy.address, ...CALL, '--envoy-admin', envoy.adminUrl],
    ]);
    assert.equal(record.calls[0]!.programmed?.difference, null);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';

import type { ExplanationReport } from '../../src/report/explanation.js';
import type { PlanReport } from '../../src/report/plan.js';
import type { RoutesReport } from '../../src/report/routes.js';
import { splitproof } from '../fixtures/command.js';

const TLS = ['-f', 'test/data/routing/istio/tls-weights.yaml', '--via', 'mesh', '-N', 'foo'];
const TCP = ['-f', 'test/data/routing/istio/tcp-weights.yaml'];
const DUMP = 'test/data/istio-ingressgateway-config-dump-60-40.json';

async function explained(
  words: readonly string[],
): Promise<{ status: number | null; report: ExplanationReport }> {
  const { status, stdout, stderr } = await splitproof(['explain', ...words, '--format', 'json']);
  assert.equal(stderr, '');
  return { status, report: JSON.parse(stdout) as ExplanationReport };
}

function sharesOf({ destinations }: ExplanationReport): [string, number][] {
  return destinations.map(({ name, share }) => [name, share]);
}

describe('explain without a request', () => {
  it('lists rules for connections that clients of one namespace alone see', async () => {
    const words = ['explain', '-f', 'test/data/routing/istio/tls-weights.yaml', '--format', 'json'];
    const { stdout, stderr } = await splitproof(words);
    assert.equal(stderr, '');
    const [table, ...others] = (JSON.parse(stdout) as RoutesReport).tables;
    assert.deepEqual(others, []);
    assert.deepEqual(table?.clients, ['foo']);
    assert.deepEqual(
      table.routes.map(({ destinations }) => destinations.map(({ weight }) => weight)),
      [[60, 40]],
    );
  });
});

describe('explain for a connection', () => {
  it('over TLS, by its server name', async () => {
    const { status, report } = await explained([...TLS, 'tls://ip.example']);
    assert.equal(status, 0);
    assert.equal(report.splits, 'connections');
    assert.equal(report.request.serverName, 'ip.example');
    assert.equal(report.route?.rule, 'tls[0]');
    assert.equal(report.route.match, 'server name ip.example and port 443');
    assert.deepEqual(sharesOf(report), [
      ['ip', 0.6],
      ['egress.gw.svc.cluster.local', 0.4],
    ]);
    assert.equal(report.effects?.retries, null);
    const other = await explained([...TLS, 'tls://ip.example', '--servername', 'x.example']);
    assert.equal(other.status, 2);
    assert.match(other.report.findings[0]?.summary ?? '', /server name x\.example/);
  });

  it('in plaintext, by its port', async () => {
    const { status, report } = await explained([...TCP, 'tcp://localhost:31400']);
    assert.equal(status, 0);
    assert.equal(report.request.serverName, null);
    assert.equal(report.gatewayPort, 31400);
    assert.deepEqual(sharesOf(report), [
      ['v1', 0.8],
      ['v2', 0.2],
    ]);
  });

  it('by a request that is sent over it', async () => {
    const words = [...TCP, 'localhost:31400', 'helloworld.Greeter/SayHello'];
    const { status, report } = await explained(words);
    assert.equal(status, 0);
    assert.equal(report.splits, 'connections');
    assert.deepEqual(report.findings, []);
  });

  it('where proxies look for HTTP in it, says that a request is taken', async () => {
    const names = ['gateway', 'destination-rule', 'virtual-service-60-40'];
    const files = names.flatMap((name) => ['-f', `scenarios/asm-greeter/${name}.yaml`]);
    const words = [...files, 'tcp://localhost:8080'];
    const { status, report } = await explained(words);
    assert.equal(status, 0);
    assert.equal(report.splits, 'requests');
    assert.match(report.notes.join(), /look for HTTP in this connection.*GET \//);
  });

  it('fits 80 columns, and says what is drawn when', async () => {
    const { status, stdout } = await splitproof(['explain', ...TLS, 'tls://ip.example']);
    assert.equal(status, 0);
    assert.match(stdout, /What to expect of connections/);
    assert.match(stdout, /drawn once for each connection/);
    assert.ok(stdout.split('\n').every((line) => line.length <= 80));
  });

  it('compares no route table of a proxy with it, and says so', async () => {
    const words = [...TCP, 'tcp://localhost:31400', '--config-dump', DUMP];
    const { report } = await explained(words);
    const [finding] = report.findings;
    assert.equal(finding?.code, 'config-not-compared');
    assert.match(finding.evidence, /listeners/);
  });

  it('puts no header on a rule for connections', async () => {
    const words = ['explain', ...TCP, 'tcp://localhost:31400', '--instrument'];
    const { status, stdout, stderr } = await splitproof(words);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /passes the bytes of this connection on/);
  });
});

describe('plan for a connection', () => {
  it('counts connections', async () => {
    const words = ['plan', ...TCP, 'tcp://localhost:31400'];
    const { status, stdout } = await splitproof([...words, '--format', 'json']);
    assert.equal(status, 0);
    const [split] = (JSON.parse(stdout) as PlanReport).splits;
    assert.equal(split?.draws, 'connections');
    assert.equal(split.needed[0]?.requests, 2266);
    const text = await splitproof([...words, '-n', '500']);
    assert.match(text.stdout, /How many connections a verdict needs/);
    assert.match(text.stdout, /What 500 connections can tell/);
  });
});

describe('a test of weights that are drawn for each connection', () => {
  const server = net.createServer((socket) => socket.destroy());
  let connections = 0;
  server.on('connection', () => connections++);
  let port = 0;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as net.AddressInfo);
  });
  after(() => server.close());

  for (const command of ['verify', 'bench']) {
    it(`is refused by ${command} before anything is sent`, async () => {
      const words = [command, ...TCP, `http://127.0.0.1:${port}/`, '--gateway-port', '31400'];
      const { status, stdout, stderr } = await splitproof(words);
      assert.deepEqual([status, stdout, connections], [2, '', 0]);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
      assert.match(
        stderr,
        /tcp-weights\.yaml:17 \(document 2\): spec\.tcp\[0\]: .*splits connections and not requests/,
      );
    });
  }

  it('a target that is for explain alone is told as such', async () => {
    const { status, stderr } = await splitproof(['verify', ...TCP, 'tcp://localhost:1']);
    assert.equal(status, 2);
    assert.match(
      stderr,
      /tcp:\/\/ and tls:\/\/ ask for the route of a connection: see explain and/,
    );
  });
});

import assert from 'node:assert/strict';
import dns from 'node:dns';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  bench,
  explain,
  listQuestion,
  listRoutes,
  plan,
  planQuestion,
  routeQuestion,
  scenarioOf,
  type Settings,
  verify,
} from '../../src/index.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';

const FOLDER = mkdtempSync(path.join(os.tmpdir(), 'splitproof-hosts-'));
const GREETER = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].map(
  (name) => `scenarios/asm-greeter/${name}.yaml`,
);

/** Everything in which manifests name hosts and addresses, all of them those of one server. */
function manifestsNaming(port: number): string {
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: canary }
spec:
  hosts: [canary.example.com, localhost]
  addresses: [127.0.0.1]
  ports: [{ number: ${port}, name: grpc, protocol: GRPC }]
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1, ports: { grpc: ${port} } }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: canary }
spec:
  hosts: [canary.example.com, 127.0.0.1]
  http:
    - match: [{ uri: { prefix: /moved } }]
      redirect: { authority: "127.0.0.1:${port}" }
    - route: [{ destination: { host: canary.example.com, port: { number: ${port} } } }]
      mirror: { host: canary.example.com, port: { number: ${port} } }
---
apiVersion: v1
kind: Service
metadata: { name: outside }
spec:
  type: ExternalName
  externalName: canary.example.com
  ports: [{ port: ${port}, name: grpc }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: outside-1, labels: { kubernetes.io/service-name: outside } }
addressType: IPv4
ports: [{ name: grpc, port: ${port} }]
endpoints: [{ addresses: [127.0.0.1], hostname: canary }]
---
apiVersion: v1
kind: Pod
metadata: { name: canary-0 }
spec: { containers: [] }
status: { podIP: 127.0.0.1, hostIP: 127.0.0.1 }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: canary }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: ${port}, protocol: HTTP }]
status: { addresses: [{ type: IPAddress, value: 127.0.0.1 }] }
`;
}

describe('hosts and addresses that manifests name', () => {
  const connected: string[] = [];
  const resolved: string[] = [];
  const undo: (() => void)[] = [];
  let mesh: Mesh;
  let canary: net.Server;
  let canaryConnections = 0;
  let settings: Settings;

  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: [
        { name: 'v1', weight: 60, pods: podNames('greeter', 'v1') },
        { name: 'v2', weight: 40, pods: podNames('greeter', 'v2') },
      ],
    });
    canary = net.createServer((socket) => {
      canaryConnections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    const { port } = canary.address() as net.AddressInfo;
    const file = path.join(FOLDER, 'canary.yaml');
    writeFileSync(file, manifestsNaming(port));
    settings = {
      target: mesh.address,
      plaintext: true,
      call: 'helloworld.Greeter/SayHello',
      manifest: [...GREETER, file],
      namespace: 'default',
    };
    watchSockets();
    watchNames();
  });

  after(async () => {
    for (const one of undo) one();
    await mesh.close();
    canary.close();
    rmSync(FOLDER, { recursive: true, force: true });
  });

  /** Notes what this process connects to. */
  function watchSockets(): void {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its socket
    const { connect } = net.Socket.prototype;
    net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]): net.Socket {
      const [first] = args.flat() as [net.TcpSocketConnectOpts];
      connected.push(`${first.host ?? ''}:${first.port}`);
      return Reflect.apply(connect, this, args) as net.Socket;
    };
    undo.push(() => {
      net.Socket.prototype.connect = connect;
    });
  }

  /** Notes what this process asks the DNS. */
  function watchNames(): void {
    for (const room of [dns, dns.promises] as Record<'lookup', (...args: never[]) => unknown>[]) {
      const { lookup } = room;
      room.lookup = (...args) => {
        resolved.push(String(args[0]));
        return lookup(...args);
      };
      undo.push(() => {
        room.lookup = lookup;
        module.syncBuiltinESMExports();
      });
    }
    module.syncBuiltinESMExports();
  }

  it(
    'are never connected to and never looked up: the target alone is',
    { timeout: 60_000 },
    async () => {
      const record = await verify(scenarioOf({ ...settings, requests: 200 }, 'verify'));
      assert.equal(record.load.ok, 200);
      await bench(scenarioOf({ ...settings, requests: 50 }, 'bench'));
      const targets = new Set(connected.splice(0));
      assert.deepEqual([...targets], [mesh.address]);
      assert.deepEqual(resolved, []);
      assert.equal(canaryConnections, 0);
    },
  );

  it('nor where nothing is to be sent at all', { timeout: 60_000 }, async () => {
    await explain(routeQuestion(settings));
    await plan(planQuestion(settings));
    await listRoutes(listQuestion({ manifest: settings.manifest }));
    assert.deepEqual([connected, resolved, canaryConnections], [[], [], 0]);
  });

  it('are seen by this test, were they', async () => {
    const { port } = canary.address() as net.AddressInfo;
    await new Promise<void>((resolve) => {
      net.connect({ host: '127.0.0.1', port }).on('close', resolve).on('error', resolve);
    });
    await dns.promises.lookup('localhost');
    assert.deepEqual(
      [connected, resolved, canaryConnections],
      [[`127.0.0.1:${port}`], ['localhost'], 1],
    );
  });
});

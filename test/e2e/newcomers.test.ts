import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { describe, it } from 'node:test';
import { recordOf, reasonsOf, splitproof } from '../fixtures/command.js';
import { startEnvoy, startEnvoyWithConfig } from '../fixtures/envoy.js';
import { envoyConfig } from '../fixtures/envoy-config.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { startPods } from '../fixtures/greeters.js';
import { startTlsFront } from '../fixtures/tls-front.js';
import { certificateAuthority } from '../../src/mesh/certificates.js';

const CALL = ['helloworld.Greeter/SayHello', '--weights', 'v1=60,v2=40', '--connect-timeout', '2s'];
const FEW = ['-n', '200'];

async function listening(
  server: net.Server,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Runs against a target that no backend stands behind, and checks what every such run says. */
async function codesAt(
  address: string,
  extra: readonly string[] = ['--plaintext'],
): Promise<string[]> {
  const { status, record, stderr } = await recordOf(['verify', address, ...CALL, ...FEW, ...extra]);
  assert.equal(status, 4, JSON.stringify(record.findings));
  assert.equal(record.verdict, 'inconclusive');
  assert.equal(
    record.load.sent,
    record.load.ok + record.load.failed + record.load.timedOut + record.load.cancelled,
  );
  assert.ok(!/\n\s+at /.test(stderr), 'no stack trace');
  return record.findings.map(({ code }) => code);
}

/** The same of plain HTTP, by the weights of whatever answers. */
async function codesOfHttp(address: string): Promise<string[]> {
  const { status, record } = await recordOf([
    ...['verify', `http://${address}/`, '--weights', 'v1=60,v2=40', ...FEW],
  ]);
  assert.equal(status, 4, JSON.stringify(record.findings));
  return record.findings.map(({ code }) => code);
}

describe('what newcomers meet first', () => {
  it('names a port where nobody listens', async () => {
    let free = '';
    await listening(net.createServer(), (address) => {
      free = address;
      return Promise.resolve();
    });
    assert.deepEqual(await codesAt(free), ['connection-refused']);
  });

  it('names a host that does not resolve', async () => {
    assert.deepEqual(await codesAt('no-such-host.invalid:80'), ['target-unresolvable']);
  });

  it('names an HTTP/1.1 server', async () => {
    const server = http.createServer((_, response) => response.end('hello'));
    await listening(server, async (address) => {
      assert.deepEqual(await codesAt(address), ['protocol-mismatch']);
    });
  });

  it('names a TLS port spoken to in plaintext', async () => {
    const { cert, key } = await (await certificateAuthority()).issue({ hosts: ['127.0.0.1'] });
    await listening(tls.createServer({ cert, key, ALPNProtocols: ['h2'] }), async (address) => {
      assert.deepEqual(await codesAt(address), ['plaintext-on-tls-port']);
    });
  });

  it('names a TLS port that closes without a word when HTTP/1.1 is spoken to it', async () => {
    const { cert, key } = await (await certificateAuthority()).issue({ hosts: ['127.0.0.1'] });
    await listening(tls.createServer({ cert, key }), async (secure) => {
      const silent = net.createServer((socket) => {
        socket.once('data', (hello) => {
          if (hello[0] !== 0x16) {
            socket.end();
            return;
          }
          const onward = net.connect(Number(secure.split(':')[1]), '127.0.0.1');
          onward.on('error', () => socket.destroy());
          onward.write(hello);
          socket.pipe(onward).pipe(socket);
        });
      });
      await listening(silent, async (address) => {
        assert.deepEqual(await codesOfHttp(address), ['plaintext-on-tls-port']);
      });
    });
  });

  it('names a port of HTTP/2 alone where a WebSocket is asked for', async () => {
    const mesh = await startGreeterMesh();
    try {
      const { status, record } = await recordOf([
        ...['verify', `ws://127.0.0.1:${mesh.port}/`, '--weights', 'v1=60,v2=40', ...FEW],
      ]);
      assert.equal(status, 4, JSON.stringify(record.findings));
      const mismatch = record.findings.find(({ code }) => code === 'protocol-mismatch');
      assert.match(mismatch?.summary ?? '', /does not speak HTTP\/1\.1/);
    } finally {
      await mesh.close();
    }
  });

  it('does not take a server for one of TLS that closes without a word whatever is spoken', async () => {
    const silent = net.createServer((socket) => {
      socket.once('data', () => socket.end());
    });
    await listening(silent, async (address) => {
      assert.deepEqual(await codesOfHttp(address), []);
    });
  });

  it('names another protocol that answers to HTTP/1.1', async () => {
    const ssh = net.createServer((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    });
    await listening(ssh, async (address) => {
      assert.deepEqual(await codesOfHttp(address), ['protocol-mismatch']);
    });
  });

  it('names a plaintext port spoken to in TLS', async () => {
    const envoy = await startEnvoy({
      listeners: [{ kind: 'http', clusters: [{ name: 'v1', weight: 1, ports: [] }] }],
    });
    try {
      assert.deepEqual(await codesAt(envoy.address, []), ['tls-on-plaintext-port']);
    } finally {
      await envoy.stop();
    }
  });

  it('names the flag where TLS ends before the gateway, and counts with it', async () => {
    const authority = await certificateAuthority();
    const mesh = await startGreeterMesh();
    const certificate = await authority.issue({ hosts: ['127.0.0.1'] });
    const front = await startTlsFront(certificate, 'h2', `127.0.0.1:${mesh.port}`);
    try {
      const asked = [
        ...['verify', front.address, 'helloworld.Greeter/SayHello', ...FEW, '--skip-verify'],
        ...['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap((name) => [
          '-f',
          `scenarios/asm-greeter/${name}.yaml`,
        ]),
      ];
      const refused = await splitproof(asked);
      assert.equal(refused.status, 2);
      assert.match(refused.stderr, /say with --scheme http that TLS ends before it/);
      const { record } = await recordOf([...asked, '--scheme', 'http']);
      const [call] = record.calls;
      assert.match(call!.route!.source, /grpc-vs/);
      assert.equal(call!.split!.n, 200, reasonsOf(record));
    } finally {
      front.close();
      await mesh.close();
    }
  });

  it('names a gateway without a route for the request (404)', async () => {
    const envoy = await startEnvoy({
      listeners: [
        { kind: 'http', prefix: '/other/', clusters: [{ name: 'v1', weight: 1, ports: [] }] },
      ],
    });
    try {
      const codes = await codesAt(envoy.address);
      assert.deepEqual(codes, ['no-route', 'no-countable-answer']);
    } finally {
      await envoy.stop();
    }
  });

  it('names destinations without a healthy endpoint (503)', async () => {
    const envoy = await startEnvoy({
      listeners: [{ kind: 'http', clusters: [{ name: 'v1', weight: 1, ports: [] }] }],
    });
    try {
      assert.deepEqual(await codesAt(envoy.address), ['no-healthy-upstream']);
    } finally {
      await envoy.stop();
    }
  });
});

/** The parts of a bootstrap that these tests change. */
interface Bootstrap {
  static_resources: {
    listeners: {
      filter_chains: {
        filters: { typed_config: { route_config: { validate_clusters?: boolean } } }[];
      }[];
    }[];
    clusters: { name: string; circuit_breakers?: object }[];
  };
}

describe('refusals by a gateway that is configured badly', () => {
  it('names a destination that the gateway does not know (503)', async () => {
    const config = envoyConfig([
      { kind: 'http', clusters: [{ name: 'v1', weight: 1, ports: [] }] },
    ]) as Bootstrap;
    const { listeners, clusters } = config.static_resources;
    listeners[0]!.filter_chains[0]!.filters[0]!.typed_config.route_config.validate_clusters = false;
    clusters[0]!.name = 'renamed';
    const envoy = await startEnvoyWithConfig(config);
    try {
      assert.deepEqual(await codesAt(envoy.address), ['cluster-not-found']);
    } finally {
      await envoy.stop();
    }
  });

  it('names a circuit breaker that is open', async () => {
    const pods = await startPods('greeter', ['v1', 'v2']);
    const config = envoyConfig([
      {
        kind: 'http',
        clusters: ['v1', 'v2'].map((name) => ({ name, weight: 1, ports: [pods.ports[name]!] })),
      },
    ]) as Bootstrap;
    for (const cluster of config.static_resources.clusters) {
      cluster.circuit_breakers = { thresholds: [{ max_requests: 1, max_pending_requests: 1 }] };
    }
    const envoy = await startEnvoyWithConfig(config);
    try {
      const { status, record } = await recordOf([
        'verify',
        envoy.address,
        ...CALL,
        '--plaintext',
        '-n',
        '1000',
      ]);
      assert.equal(status, 1, reasonsOf(record));
      const overflow = record.findings.find(({ code }) => code === 'upstream-overflow');
      assert.ok(overflow, JSON.stringify(record.calls[0]!.failures));
    } finally {
      await envoy.stop();
      await pods.close();
    }
  });
});

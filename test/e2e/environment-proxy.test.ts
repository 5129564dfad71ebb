import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, it } from 'node:test';
import { recordOf } from '../fixtures/command.js';
import { withMesh } from './findings/greeter-runs.js';

describe('a proxy that the environment names', () => {
  for (const engine of ['h2', 'grpc-js']) {
    it(`is not connected to (${engine})`, { timeout: 60_000 }, async () => {
      let connections = 0;
      const proxy = net.createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`;
      const names = ['grpc_proxy', 'http_proxy', 'https_proxy', 'all_proxy'];
      const env = Object.fromEntries(
        names.flatMap((name) => [
          [name, url],
          [name.toUpperCase(), url],
        ]),
      );
      try {
        await withMesh({ v1: 1, v2: 1 }, async (mesh) => {
          const { status, record } = await recordOf(
            [
              ...['bench', mesh.address, 'helloworld.Greeter/SayHello', '--plaintext'],
              ...['-n', '50', '--engine', engine],
            ],
            { env: { ...env, no_proxy: '', NO_PROXY: '' } },
          );
          assert.deepEqual([status, record.load.ok, connections], [0, 50, 0]);
        });
      } finally {
        proxy.close();
      }
    });
  }
});

import assert from 'node:assert/strict';
import { credentials } from '@grpc/grpc-js';
import { describe, it } from 'node:test';
import { startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { greetMany, grpcClient } from '../fixtures/grpc-client.js';

const authority = await certificateAuthority();
const [POD = ''] = podNames('greeter', 'v1');
const VERSIONS = [{ name: 'v1', weight: 1, pods: [POD] }];

describe('the embedded mesh over TLS', () => {
  async function greet(
    server: { hosts: string[]; validUntil?: Date; clientCa?: string },
    client?: { cert: string; key: string },
  ): Promise<Record<string, number>> {
    const { clientCa, ...names } = server;
    const tls = {
      ...(await authority.issue(names)),
      ...(clientCa === undefined ? {} : { clientCa }),
    };
    const mesh = await startMesh({ service: 'greeter', versions: VERSIONS, tls });
    const channelCredentials = credentials.createSsl(
      Buffer.from(authority.cert),
      client ? Buffer.from(client.key) : null,
      client ? Buffer.from(client.cert) : null,
    );
    const greeter = grpcClient('greeter', `localhost:${mesh.port}`, channelCredentials);
    try {
      return await greetMany(greeter, 10);
    } finally {
      greeter.close();
      await mesh.close();
    }
  }

  it('greets a client that trusts its authority', async () => {
    assert.deepEqual(await greet({ hosts: ['localhost'] }), { [POD]: 10 });
  });

  it('is refused by the client for another host, and when expired', async () => {
    await assert.rejects(greet({ hosts: ['mesh.example'] }), { code: 14, details: /altnames/ });
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
    const expired = greet({ hosts: ['localhost'], validUntil: yesterday });
    await assert.rejects(expired, { code: 14, details: /expired/ });
  });

  it('asks for a client certificate when told an authority for it', async () => {
    const server = { hosts: ['localhost'], clientCa: authority.cert };
    await assert.rejects(greet(server), { code: 14 });
    assert.deepEqual(await greet(server, await authority.issue({ hosts: ['client'] })), {
      [POD]: 10,
    });
  });
});

import assert from 'node:assert/strict';
import type net from 'node:net';
import { it } from 'node:test';
import tls from 'node:tls';

import { answer, RawPeer } from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import { greet, isEnd, TIMEOUT } from './scripted-server.js';
import { CERTIFICATES } from './tls-fixture.js';

it(
  'a server that renegotiates TLS 1.2 is refused, and the call is accounted for',
  TIMEOUT,
  async () => {
    const server = tls.createServer(
      { ...CERTIFICATES.server, ALPNProtocols: ['h2'], maxVersion: 'TLSv1.2' },
      (socket) => {
        const peer = new RawPeer(socket, (_peer, received) => {
          if (!isEnd(received)) return;
          socket.renegotiate({ requestCert: true, rejectUnauthorized: false }, (error) => {
            if (error === null) peer.send(answer(received.id));
          });
        });
        peer.send(greet());
      },
    );
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      const calls = await RecordedCalls.open(
        { kind: 'tcp', host: '127.0.0.1', port },
        { tls: { ca: CERTIFICATES.ca } },
      );
      assert.ok(calls.call(0));
      const [outcome] = await calls.ended(1);
      assert.equal(outcome!.kind, 'connection-lost', outcome!.statusMessage);
      assert.notEqual((await calls.closed).kind, 'own-close');
    } finally {
      server.close();
    }
  },
);

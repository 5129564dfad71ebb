import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, it } from 'node:test';
import { runRecordSchema } from '../../src/record/run-record.js';
import { splitproof } from '../fixtures/command.js';

/**
 * Loaded before the command: brings Ctrl-C, twice as npm does, as soon as somebody listens. A signal
 * of the system would come at the next turn of the event loop, when a short command may be over.
 */
const EARLY = `data:text/javascript,${encodeURIComponent(`
  process.on('newListener', (name) => {
    if (name === 'SIGINT') queueMicrotask(() => {
      process.emit('SIGINT', 'SIGINT');
      process.emit('SIGINT', 'SIGINT');
    });
  });`)}`;
const CALL = ['--call', 'helloworld.Greeter/SayHello', '--plaintext', '--weights', 'v1=60,v2=40'];
/** SETTINGS without entries, and the acknowledgement of those that came. */
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0]);

/** Accepts connections; every one after the first `greeted` stays silent. */
async function startSilentServer(
  greeted: number,
  onSilence: () => void,
): Promise<{ target: string; close(): void }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).resume();
    if (sockets.size <= greeted) socket.write(SETTINGS);
    else onSilence();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('Ctrl-C', () => {
  for (const words of [
    ['demo', '--format', 'json'],
    ['verify', ...CALL, '127.0.0.1:1', '--format', 'json'],
    ['bench', ...CALL, '127.0.0.1:1', '--format', 'json'],
  ]) {
    it(`ends ${words[0]!} with a record before anything was sent`, async () => {
      const { status, stdout, stderr } = await splitproof(words, {
        env: { NODE_OPTIONS: `--import "${EARLY}"` },
      });
      assert.equal(status, 130, stderr);
      const { verdict, load, findings } = runRecordSchema.parse(JSON.parse(stdout));
      assert.deepEqual({ verdict, sent: load.sent }, { verdict: 'inconclusive', sent: 0 });
      // What was not looked at is not called unreachable.
      assert.deepEqual(findings, []);
    });
  }

  for (const [name, expected] of [
    ['SIGTERM', 143],
    ['SIGHUP', 130],
  ] as const) {
    it(`${name} ends a run as Ctrl-C does, with status ${expected}`, async () => {
      const server = await startSilentServer(0, () => process.kill(pid, name));
      let pid = 0;
      try {
        const { status, stdout, stderr } = await splitproof(
          ['verify', ...CALL, server.target, '--format', 'json', '--connect-timeout', '10m'],
          { onStart: (started) => (pid = started) },
        );
        assert.equal(status, expected, stderr);
        assert.equal(runRecordSchema.parse(JSON.parse(stdout)).verdict, 'inconclusive');
      } finally {
        server.close();
      }
    });
  }

  it('ends call with what came, and the status of a signal', async () => {
    // It is tried first, and called on a second connection.
    const server = await startSilentServer(1, () => process.kill(pid, 'SIGINT'));
    let pid = 0;
    try {
      const { status, stdout, stderr } = await splitproof(
        [
          'call',
          ...CALL.slice(0, 3),
          server.target,
          '--format',
          'json',
          '--connect-timeout',
          '10m',
        ],
        { onStart: (started) => (pid = started) },
      );
      assert.equal(status, 130, stderr);
      assert.equal((JSON.parse(stdout) as { end: string }).end, 'interrupted');
    } finally {
      server.close();
    }
  });

  it('ends a command that loads nothing at once', async () => {
    const { status, stdout } = await splitproof(['plan'], {
      env: { NODE_OPTIONS: `--import "${EARLY}"` },
    });
    assert.equal(status, 130);
    assert.equal(stdout, '');
  });

  for (const [what, greeted] of [
    ['the target is tried', 0],
    ['the connections are opened', 1],
  ] as const) {
    it(`does not wait for a silent server while ${what}`, async () => {
      let pid = 0;
      const server = await startSilentServer(greeted, () => process.kill(pid, 'SIGINT'));
      try {
        const { status, stdout, stderr } = await splitproof(
          [
            ...['verify', ...CALL, server.target, '--format', 'json'],
            // Longer than the test waits: only the interruption can end it.
            ...['--connect-timeout', '10m', '--connections', '1'],
          ],
          { onStart: (started) => (pid = started) },
        );
        assert.equal(status, 130, stderr);
        assert.equal(runRecordSchema.parse(JSON.parse(stdout)).load.sent, 0);
      } finally {
        server.close();
      }
    });
  }
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, reasonsOf, splitproof } from '../fixtures/command.js';
import { readable } from './findings/greeter-runs.js';

const TIMEOUT = { timeout: 60_000 };
const HELLO = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}', '--plaintext'];
const WEIGHTS = ['--weights', 'v1=60,v2=40'];
/** What 20 answers, and all that is sent until a busy machine has looked at them, may come to; 3,313 are planned. */
const MOST_SENT = 1500;

/** Another contract than the server's. */
const LATER = `syntax = "proto3";
package helloworld;
service Greeter { rpc SayGoodbye (HelloRequest) returns (HelloReply); }
message HelloRequest { string name = 1; }
message HelloReply { string message = 1; }
`;

function isHopeless(
  { status, record }: { status: number | null; record: RunRecord },
  codes: readonly string[],
): string {
  const { stopped, load, end, verdict, reasons, findings } = record;
  assert.deepEqual([status, end, verdict], [4, 'unreachable', 'inconclusive'], reasonsOf(record));
  assert.deepEqual(stopped, { code: 'hopeless', afterRequests: load.sent, destination: null });
  assert.ok(load.sent >= 20 && load.sent < MOST_SENT, String(load.sent));
  assert.equal(load.due, load.sent + load.unsent);
  // Where only a clock ends the load, nothing more was due.
  assert.deepEqual(load.unsentByCause, load.unsent > 0 ? { stopped: load.unsent } : {});
  assert.equal(reasons[0]?.code, 'hopeless', 'the headline');
  assert.deepEqual(
    findings.map(({ code }) => code).filter((code) => code !== 'client-bottleneck'),
    codes,
  );
  // One of them is an error, and says what the matter is.
  assert.equal(findings.filter(({ severity }) => severity === 'error').length, 1);
  const { evidence, advice } = readable(findings.find(({ code }) => code === codes.at(-1))!);
  return `${evidence}\n${advice}`;
}

describe('a verification whose answers cannot count', () => {
  let mesh: Mesh;
  let folder: string;
  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: [
        { name: 'v1', weight: 60, pods: podNames('greeter', 'v1') },
        { name: 'v2', weight: 40, pods: podNames('greeter', 'v2') },
      ],
      balance: 'per-request',
    });
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-'));
  });
  after(async () => {
    await mesh.close();
    await rm(folder, { recursive: true });
  });

  it('ends where the method does not exist', TIMEOUT, async () => {
    const proto = path.join(folder, 'later.proto');
    await writeFile(proto, LATER);
    const call = ['helloworld.Greeter/SayGoodbye', '--proto', proto, '--identity', 'greeter'];
    const args = ['verify', mesh.address, ...call, '--plaintext', ...WEIGHTS];
    const text = isHopeless(await recordOf(args), ['unimplemented', 'no-countable-answer']);
    assert.match(text, /^status UNIMPLEMENTED; .*\[grpc-message: "unknown method SayGoodbye/);
  });

  it(
    'ends where no answer says who gave it, shows one, and says what to give',
    TIMEOUT,
    async () => {
      const secret = ['-H', 'authorization: Bearer topsecret-0123456789'];
      const args = [...HELLO, ...WEIGHTS, ...secret, '--identity', 'header:x-nope'];
      const result = await recordOf(['verify', mesh.address, ...args]);
      const text = isHopeless(result, ['unknown-backend', 'no-countable-answer']);
      assert.match(text, /^Looked for in the header x-nope; known are .*'v1'.*'v2'/);
      assert.match(text, /reply \{"message":"Hello, Jack! I'm from grpc-helloworld/);
      assert.match(text, /Give --identity field:message/);
      assert.doesNotMatch(result.stdout, /topsecret/);
    },
  );

  it('ends where nobody knows the pods', TIMEOUT, async () => {
    const args = ['verify', mesh.address, ...HELLO, '--weights', 'blue=60,green=40'];
    const text = isHopeless(await recordOf(args), ['unknown-backend', 'no-countable-answer']);
    assert.match(text, /'blue'.*--identity-map 'grpc-helloworld/s);
  });

  it('ends in an open loop, on threads and with --sequential alike', TIMEOUT, async () => {
    const args = [...HELLO, ...WEIGHTS, '--identity', 'header:x-nope'];
    for (const more of [['-r', '400'], ['--workers', '2'], ['--sequential'], ['-z', '20s']]) {
      const result = await recordOf(['verify', mesh.address, ...args, ...more]);
      isHopeless(result, ['unknown-backend', 'no-countable-answer']);
    }
  });

  it(
    'ends after the wait for a roll-out, and what was sent there is no part of it',
    TIMEOUT,
    async () => {
      const args = [
        ...HELLO,
        ...WEIGHTS,
        '--identity',
        'header:x-nope',
        '--wait-for-rollout',
        '1s',
      ];
      const result = await recordOf(['verify', mesh.address, ...args]);
      isHopeless(result, ['unknown-backend', 'no-countable-answer']);
      assert.ok(result.record.load.excluded >= 100);
      assert.equal(result.record.rollout?.followed, false);
    },
  );

  it('shows the answer of a run that was too short to be stopped, too', TIMEOUT, async () => {
    const args = [...HELLO, ...WEIGHTS, '--identity', 'header:x-nope', '-n', '10'];
    const { record } = await recordOf(['verify', mesh.address, ...args]);
    assert.equal(record.stopped, null);
    assert.ok(record.findings.some(({ code }) => code === 'no-countable-answer'));
  });

  it('keeps the example in the record, from which it is reported again', TIMEOUT, async () => {
    const file = path.join(folder, 'run.json');
    const args = [...HELLO, ...WEIGHTS, '--identity', 'header:x-nope', '-o', file];
    const { stdout } = await splitproof(['verify', mesh.address, ...args]);
    const again = await splitproof(['report', file]);
    assert.equal(again.stdout, stdout);
    assert.match(stdout, /no-countable-answer/);
  });

  it('goes on where failures are for the error rules to judge', TIMEOUT, async () => {
    mesh.setFault('v2', { kind: 'abort', grpcStatus: 12, message: 'no such method' });
    try {
      const args = ['verify', mesh.address, ...HELLO, '--weights', 'v1=50,v2=50', '-n', '1000'];
      const { record, status } = await recordOf(args);
      assert.deepEqual([status, record.verdict], [1, 'fail'], reasonsOf(record));
      assert.equal(record.stopped, null);
      assert.equal(record.load.sent, 1000);
    } finally {
      mesh.setFault('v2', null);
    }
  });

  it('goes on where one of several calls can be judged', TIMEOUT, async () => {
    const file = path.join(folder, 'calls.yaml');
    const call = { call: 'helloworld.Greeter/SayHello', data: { name: 'Jack' } };
    const calls = [
      { ...call, weights: 'v1=60,v2=40' },
      { ...call, weights: 'v1=60,v2=40', identity: 'header:x-nope' },
    ];
    await writeFile(file, JSON.stringify({ plaintext: true, requests: 800, calls }));
    const { record } = await recordOf(['verify', '--scenario', file, mesh.address]);
    assert.equal(record.stopped, null);
    assert.equal(record.load.sent, 800);
    const shown = record.findings.filter(({ code }) => code === 'no-countable-answer');
    assert.equal(shown.length, 1, 'of the one call alone');
    assert.notEqual(shown[0]!.call, null);
  });
});

describe('a verification of HTTP whose answers cannot count', () => {
  let server: Server;
  let origin: string;
  before(async () => {
    server = createServer((request, response) => {
      response.setHeader('set-cookie', 'session=abcdef');
      response.setHeader('content-type', 'application/json');
      if (request.url === '/missing') response.statusCode = 404;
      if (request.url === '/private') response.statusCode = 401;
      const pod = `web-v${Math.random() < 0.6 ? 1 : 2}-5b7bcb8d-x2kq9`;
      response.end(JSON.stringify({ served: { by: pod }, note: '\u001b[31mred' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('ends where it says nothing of itself where it is looked for', TIMEOUT, async () => {
    const args = ['verify', ...WEIGHTS, '--identity', 'header:x-nope', `${origin}/`];
    const text = isHopeless(await recordOf(args), ['unknown-backend', 'no-countable-answer']);
    assert.match(text, /status 200; .*\[set-cookie: "\*\*\*"\].*reply \{"served":\{"by":"web-v/);
    assert.match(text, /Give --identity json:served\.by/);
    const { stdout } = await splitproof(args);
    assert.ok(!stdout.includes('\u001b'), 'what comes from the server does nothing to a terminal');
  });

  it('ends where the path does not exist', TIMEOUT, async () => {
    const args = ['verify', ...WEIGHTS, '--identity', 'header:x-nope', `${origin}/missing`];
    const result = await recordOf(args);
    const text = isHopeless(result, ['no-route', 'no-countable-answer']);
    assert.match(text, /^status 404; .*reply \{"served":/);
    const severities = result.record.findings.map(({ severity }) => severity);
    assert.deepEqual(severities.slice(0, 2), ['error', 'info'], 'the cause, and an example');
  });

  it('ends where nothing else says why, and tells what to look at', TIMEOUT, async () => {
    const args = ['verify', ...WEIGHTS, '--identity', 'header:x-nope', `${origin}/private`];
    const text = isHopeless(await recordOf(args), ['no-countable-answer']);
    assert.match(text, /^One answer: status 401; .*\nSend what the server takes/s);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { readFileSync } from 'node:fs';
import { type Backend, startBackend } from '../../src/mesh/backend.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { readScenarioFile } from '../../src/inputs/scenario-file.js';
import { recordOf, reasonsOf, ROOT, splitproof } from '../fixtures/command.js';
import {
  handingOut,
  type ReflectionServer,
  startReflectionServer,
} from '../fixtures/reflection-server.js';

const ORDERS = ['mypackage.OrderService/GetOrder', '-d', '{"id":"1"}', '-n', '1000'];
const WHO = ['--weights', 'v1=1', '--identity', 'header:x-pod'];

describe('a contract that the target says itself', () => {
  let orders: Backend;
  let library: ReflectionServer;
  before(async () => {
    orders = await startBackend({
      service: 'order',
      version: 'v1',
      pod: podNames('order', 'v1')[0]!,
    });
    const rich = readFileSync(path.join(ROOT, 'test/data/reflection/rich.protoset'));
    const { file } = fromBinary(FileDescriptorSetSchema, rich);
    library = await startReflectionServer(handingOut(file, ['rich.v1.Library']), ['v1alpha']);
  });
  after(async () => {
    library.close();
    await orders.close();
  });

  it('is asked for where no other knows the method, and no part of the sample', async () => {
    const before = orders.served();
    const { status, stderr, record } = await recordOf([
      ...['verify', '--plaintext', orders.address, ...ORDERS, ...WHO],
    ]);
    assert.equal(status, 0, reasonsOf(record));
    assert.equal(record.load.sent, 1000);
    assert.equal(orders.served() - before, 1000);
    assert.match(
      stderr,
      /^note: the target has said what mypackage\.OrderService\/GetOrder takes/m,
    );
  });

  it('is demanded by --reflect, in the place of a built-in one', async () => {
    const check = ['grpc.health.v1.Health/Check', '-n', '20'];
    const right = await splitproof(['bench', '--plaintext', orders.address, ...check, '--reflect']);
    assert.equal(right.status, 0, right.stderr);
    assert.match(right.stderr, /^note: the target has said/m);
    const wrong = await splitproof(['bench', '-plaintext', library.address, ...check, '--reflect']);
    assert.equal(wrong.status, 2, wrong.stderr);
    assert.match(
      wrong.stderr,
      /^splitproof: --call: \S+ has no grpc\.health\.v1\.Health: NOT_FOUND .*; it serves rich\.v1\.Library: give it with --proto FILE or --protoset FILE\n$/,
    );
  });

  it('that is demanded of a target which cannot be reached is no mistake of the user', async () => {
    const { status, record } = await recordOf([
      ...['verify', '--plaintext', '127.0.0.1:1', ...ORDERS, ...WHO, '--reflect'],
    ]);
    assert.equal(status, 4);
    assert.equal(record.end, 'unreachable');
    assert.equal(record.calls[0]?.call, 'mypackage.OrderService/GetOrder');
  });

  it('is not asked for by explain, which sends nothing', async () => {
    const asked = library.calls.length;
    await splitproof([
      ...['explain', '-f', 'scenarios/grpc-gateway/virtual-service.yaml', '--plaintext'],
      ...[library.address, 'rich.v1.Library/Find', '--reflect'],
    ]);
    assert.equal(library.calls.length, asked);
  });

  it('is shown by list and describe', async () => {
    const list = await splitproof(['list', '-plaintext', orders.address]);
    assert.equal(list.stdout, 'grpc.health.v1.Health\nmypackage.OrderService\n', list.stderr);
    const methods = await splitproof(['list', '-plaintext', library.address, 'rich.v1.Library']);
    assert.equal(
      methods.stdout,
      ['Add', 'Find', 'List', 'Watch'].map((name) => `rich.v1.Library.${name}\n`).join(''),
    );
    const described = await splitproof([
      ...['describe', '-plaintext', '-authority', 'library.example.com', '-H', 'x-user: jack'],
      ...[library.address, 'rich.v1.Library/Add'],
    ]);
    assert.equal(
      described.stdout,
      'rich.v1.Library.Add is a method:\nrpc Add ( stream .rich.v1.Book ) returns ( .google.protobuf.Empty );\n',
    );
    assert.deepEqual(library.calls.at(-1)?.metadata.get('x-user'), ['jack']);
  });

  it('is asked for with headers of its own, and of none of the call alone', async () => {
    const words = ['-H', 'x-both: 1', '-rpc-header', 'x-call: 2', '-reflect-header', 'x-asking: 3'];
    const call = ['rich.v1.Library/Find', '-d', '{}', '-max-time', '5'];
    await splitproof(['call', '-plaintext', library.address, ...call, ...words]);
    const { metadata } = library.calls.at(-1)!;
    assert.deepEqual(metadata.get('x-both'), ['1']);
    assert.deepEqual(metadata.get('x-asking'), ['3']);
    assert.deepEqual(metadata.get('x-call'), []);
  });

  it('is not asked for where the rule cannot be read', async () => {
    const asked = library.calls.length;
    const call = ['--plaintext', library.address, 'rich.v1.Library/Find', ...WHO];
    for (const [flag, problem] of [
      ['--tolerance=0.05', /^splitproof: --tolerance: '0\.05' has no unit/],
      ['--threshold=error-rate<5', /^splitproof: --threshold: "error-rate<5": a number without a/],
    ] as const) {
      const { status, stderr } = await splitproof(['verify', ...call, flag]);
      assert.equal(status, 2);
      assert.match(stderr, problem);
    }
    assert.equal(library.calls.length, asked);
  });

  it('is shown by list and describe of files, without a target', async () => {
    const proto = ['--proto', 'scenarios/grpc-gateway/user.proto'];
    const list = await splitproof(['list', ...proto]);
    assert.equal(list.stdout, 'mypackage.UserService\n');
    const described = await splitproof(['describe', ...proto, 'mypackage.GetUserRequest']);
    assert.equal(
      described.stdout,
      'mypackage.GetUserRequest is a message:\nmessage GetUserRequest {\n  string id = 1;\n}\n',
    );
  });

  it('is one line where there is none', async () => {
    const cases: [args: string[], status: number, message: RegExp][] = [
      [['list'], 2, /^splitproof: TARGET: say whom to ask, with its port/],
      [['list', 'localhost'], 2, /^splitproof: TARGET: say whom to ask, with its port/],
      [['list', '-plaintext', '127.0.0.1:1'], 4, /^splitproof: 127\.0\.0\.1:1: connection refused/],
      [['list', orders.address], 4, /TLS was spoken to a plaintext port/],
      [
        ['describe', '-plaintext', orders.address, 'no.Such'],
        2,
        /^splitproof: TARGET: \S+ has no no\.Such: NOT_FOUND .*; it serves grpc\.health\.v1\.Health, mypackage\.OrderService: /,
      ],
      [['list', '-plaintext', orders.address, 'mypackage.Order'], 2, /is no service/],
      [
        ['list', '--reflect', '--proto', 'proto/health.proto', orders.address],
        2,
        /^splitproof: --reflect: the target is asked for the contract: drop the files, or this/,
      ],
      [
        ['list', '--allow-target', 'example.com', '-plaintext', orders.address],
        2,
        /none of those that may be loaded/,
      ],
      [
        ['verify', '--plaintext', '127.0.0.1:1', ...ORDERS, ...WHO],
        2,
        /^splitproof: --call: the built-in contracts have no service mypackage\.OrderService, but [^;]*helloworld\.Greeter[^;]*; 127\.0\.0\.1:1 could not be asked \(.*connection refused.*\): give it with --proto FILE/,
      ],
      [
        ['verify', '--plaintext', orders.address, ...ORDERS, ...WHO, '--proto', 'proto/echo.proto'],
        0,
        /^note: the target has said/,
      ],
    ];
    for (const [args, status, message] of cases) {
      const result = await splitproof(args);
      assert.equal(result.status, status, `${args.join(' ')}: ${result.stderr}`);
      assert.match(result.stderr, message);
      assert.equal(result.stderr.trimEnd().split('\n').length, 1, result.stderr);
    }
  });
});

describe('contracts of the calls of a scenario', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it('may be their own, relative to the file, and lie in its folder', async () => {
    const file = path.join(folder, 'scenario.yaml');
    const write = (proto: string): Promise<void> =>
      writeFile(
        file,
        JSON.stringify({
          target: 'localhost:1',
          proto: 'all.proto',
          calls: [
            { call: 'a.A/A', proto, 'import-path': 'own' },
            { call: 'b.B/B', reflect: true },
          ],
        }),
      );
    await write('a.proto');
    const { calls } = await readScenarioFile(file);
    assert.deepEqual(calls![0]!.proto, [path.join(folder, 'a.proto')]);
    assert.deepEqual(calls![0]!['import-path'], [path.join(folder, 'own')]);
    await writeFile(path.join(folder, 'a.proto'), 'syntax = "proto3";');
    await write('../../etc/hostname');
    await assert.rejects(readScenarioFile(file), /calls\[0\]\.proto: .* lies outside/);
  });
});

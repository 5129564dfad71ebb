import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { create, type FileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { status as Status } from '@grpc/grpc-js';
import { Reflection, type ReflectionPeer } from '../../../src/inputs/reflection/reflection.js';
import { ROOT } from '../../fixtures/command.js';
import {
  type AnswerTo,
  answers,
  ASKED,
  type AskedOf,
  filesResponse,
  handingOut,
  startReflectionServer,
} from '../../fixtures/reflection-server.js';

/** What grpcurl's compiler, protocompile, made of rich.proto and old.proto, with what they import. */
const RICH = fromBinary(
  FileDescriptorSetSchema,
  readFileSync(path.join(ROOT, 'test/data/reflection/rich.protoset')),
).file;
const SERVICES = ['rich.v1.Library', 'grpc.health.v1.Health'];

const NEVER = new AbortController().signal;

function peer(port: number, more: Partial<ReflectionPeer> = {}): ReflectionPeer {
  return {
    endpoint: { kind: 'tcp', host: '127.0.0.1', port },
    tls: null,
    authority: 'library.example.com',
    scheme: 'http',
    metadata: [],
    connectTimeoutMs: 10_000,
    timeoutMs: 10_000,
    ...more,
  };
}

/** What a server that answers so is taken to define for a name. */
async function askedOf(
  answer: (asked: AskedOf) => AnswerTo,
  symbol = 'rich.v1.Library',
  more: Partial<ReflectionPeer> = {},
): Promise<FileRegistry> {
  const server = await startReflectionServer(answer);
  try {
    return await Reflection.of(peer(server.port, more), NEVER, (reflection) =>
      reflection.filesOf([symbol]),
    );
  } finally {
    server.close();
  }
}

function file(
  name: string,
  dependency: string[],
  more: Pick<Partial<FileDescriptorProto>, 'package' | 'service'> = {},
): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, { name, dependency, syntax: 'proto3', ...more });
}

const bytesOf = (proto: FileDescriptorProto): Uint8Array =>
  toBinary(FileDescriptorProtoSchema, proto);

describe('reflection', () => {
  it('gathers the files of a service one by one, and puts them together', async () => {
    const contract = await askedOf(handingOut(RICH));
    assert.deepEqual(
      contract
        .getService('rich.v1.Library')
        ?.methods.map((method) => [
          method.name,
          method.methodKind,
          method.input.typeName,
          method.output.typeName,
        ]),
      [
        ['Watch', 'bidi_streaming', 'rich.v1.Query', 'rich.v1.Book'],
        ['Add', 'client_streaming', 'rich.v1.Book', 'google.protobuf.Empty'],
        ['Find', 'unary', 'rich.v1.Query', 'rich.v1.Book'],
        ['List', 'server_streaming', 'rich.v1.Query', 'rich.v1.Book'],
      ],
    );
    assert.equal(contract.getMessage('old.Card')?.fields.length, 5);
  });

  it('takes all files at once, in any order, and the same one again', async () => {
    const all = [...RICH, ...RICH].reverse().map(bytesOf);
    const contract = await askedOf(() => answers(filesResponse(all)));
    assert.ok(contract.getService('rich.v1.Library'));
  });

  it('does without files of protobuf itself, and without those that nothing is used of', async () => {
    const own = RICH.filter(({ name }) => !name.startsWith('google/'));
    const [rich, ...others] = [...own].sort((a) => (a.name === 'rich.proto' ? -1 : 1));
    const more = { ...rich!, dependency: [...rich!.dependency, 'google/api/annotations.proto'] };
    const contract = await askedOf(handingOut([more, ...others]));
    assert.ok(contract.getMessage('google.protobuf.Timestamp'));
  });

  it('asks v1alpha where there is no v1, as the call would be made', async () => {
    const server = await startReflectionServer(handingOut(RICH, SERVICES), ['v1alpha']);
    try {
      const metadata: [string, string][] = [
        ['x-user', 'jack'],
        ['x-token-bin', 'AAEC'],
        ['user-agent', 'splitproof/1 run/reflection'],
      ];
      const [names, contract] = await Reflection.of(
        peer(server.port, { metadata }),
        NEVER,
        async (reflection) => [
          await reflection.services(),
          await reflection.filesOf(['rich.v1.Query']),
        ],
      );
      assert.deepEqual(names, [...SERVICES].sort());
      assert.ok(contract.getMessage('rich.v1.Query'));
      for (const call of server.calls) {
        assert.equal(call.version, 'v1alpha');
        assert.deepEqual(call.metadata.get('x-user'), ['jack']);
        assert.deepEqual(call.metadata.get('x-token-bin'), [Buffer.from([0, 1, 2])]);
        assert.deepEqual(call.metadata.get('user-agent'), ['splitproof/1 run/reflection']);
      }
      assert.deepEqual(server.calls[0]?.asked, [{ field: ASKED.services, text: '*' }]);
    } finally {
      server.close();
    }
  });

  it('says that there is none', async () => {
    const server = await startReflectionServer(handingOut(RICH), []);
    try {
      await assert.rejects(
        Reflection.of(peer(server.port), NEVER, (reflection) => reflection.services()),
        { name: 'ReflectionError', kind: 'refused', message: 'has no server reflection' },
      );
    } finally {
      server.close();
    }
  });

  it('says what is served instead of what is asked for', async () => {
    await assert.rejects(askedOf(handingOut(RICH, SERVICES), 'shop.Cart'), {
      message:
        'has no shop.Cart: NOT_FOUND (not found: shop.Cart); it serves grpc.health.v1.Health, rich.v1.Library',
    });
  });

  it('passes a status on, and knows those that may mean that nobody is there', async () => {
    const said = (code: number) => (): AnswerTo => ({ kind: 'status', code, message: 'go\naway' });
    await assert.rejects(askedOf(said(Status.PERMISSION_DENIED)), {
      kind: 'refused',
      message: 'does not answer by reflection: PERMISSION_DENIED (go away)',
    });
    await assert.rejects(askedOf(said(Status.UNAVAILABLE)), { kind: 'silent' });
  });

  it('gives up on silence, and when it is told to', async () => {
    const silent = (): AnswerTo => ({ kind: 'silence' });
    await assert.rejects(askedOf(silent, 'rich.v1.Library', { timeoutMs: 100 }), {
      kind: 'silent',
      message: /DEADLINE_EXCEEDED \(no answer within 100 ms\)/,
    });
    const server = await startReflectionServer(silent);
    try {
      const stop = new AbortController();
      const asking = Reflection.of(peer(server.port), stop.signal, (reflection) =>
        reflection.services(),
      );
      setTimeout(() => {
        stop.abort();
      }, 50);
      await assert.rejects(asking, { message: /CANCELLED/ });
    } finally {
      server.close();
    }
  });

  it('cannot connect where nobody listens', async () => {
    const server = await startReflectionServer(handingOut(RICH));
    server.close();
    await assert.rejects(
      Reflection.of(peer(server.port), NEVER, (reflection) => reflection.services()),
      { kind: 'unreachable', message: /connection refused/ },
    );
  });
});

/** What servers may hand out that is no contract, and what is said of it. */
const UNFIT: [what: string, answer: (asked: AskedOf) => AnswerTo, message: RegExp][] = [
  [
    'bytes that are no descriptor',
    () => answers(filesResponse([Buffer.from('no descriptor')])),
    /its reflection gives bytes that are no file descriptor$/,
  ],
  ['bytes that are no answer', () => answers(Buffer.from([0xff, 0xff])), /its reflection /],
  ['answers of another kind', () => answers(new Uint8Array(0)), /^has no rich\.v1\.Library/],
  [
    'files that import each other',
    handingOut([
      file('a.proto', ['b.proto'], { package: 'rich.v1', service: RICH.at(-1)!.service }),
      file('b.proto', ['a.proto']),
    ]),
    /its reflection gives files that import each other: "[ab]\.proto"$/,
  ],
  [
    'a file that imports itself',
    () => answers(filesResponse([bytesOf(file('a.proto', ['a.proto']))])),
    /files that import each other: "a\.proto"$/,
  ],
  [
    'two files of one name',
    () => answers(filesResponse([...RICH, file('old.proto', [])].map(bytesOf))),
    /its reflection gives two different files "old\.proto"$/,
  ],
  [
    'two definitions of one name',
    () => {
      const again = { ...RICH.find(({ name }) => name === 'old.proto')!, name: 'other.proto' };
      return answers(filesResponse([...RICH, again].map(bytesOf)));
    },
    /its reflection gives two definitions of "old\.C/,
  ],
  [
    'no file that is needed',
    handingOut(RICH.filter(({ name }) => name !== 'old.proto')),
    /its reflection has no file "old\.proto", which its other files need$/,
  ],
  [
    'types that are nowhere',
    handingOut(RICH.map((one) => ({ ...one, dependency: [] }))),
    /its reflection gives files that do not fit together: /,
  ],
  [
    'imports without end',
    ({ field, text }) => {
      const depth = field === ASKED.file ? Number.parseInt(text, 10) : 0;
      return answers(filesResponse([bytesOf(file(`${depth}.proto`, [`${depth + 1}.proto`]))]));
    },
    /its reflection gives imports more than 200 deep$/,
  ],
  [
    'more answers than questions',
    () => answers(new Uint8Array(0), new Uint8Array(0)),
    /RESOURCE_EXHAUSTED \(it gives more answers than were asked for\)$/,
  ],
  [
    'more than can be a contract',
    () => answers(filesResponse([Buffer.alloc(17 * 1024 * 1024)])),
    /RESOURCE_EXHAUSTED \(its answers are larger than is taken\)$/,
  ],
  [
    'more files than can be a contract',
    () => {
      const many = Array.from({ length: 10_001 }, (_, index) => file(`${index}.proto`, []));
      return answers(filesResponse(many.map(bytesOf)));
    },
    /its reflection gives more than 10000 files$/,
  ],
  [
    'messages nested without end',
    () => {
      // Field 3 of a DescriptorProto is a nested one; 4 of a file is a message.
      let nested: Buffer = Buffer.alloc(0);
      for (let depth = 0; depth < 10_000; depth++) nested = lengthPrefixed(3, nested);
      const named = Buffer.concat([lengthPrefixed(1, Buffer.from('a')), lengthPrefixed(4, nested)]);
      return answers(filesResponse([named]));
    },
    /its reflection gives /,
  ],
];

function lengthPrefixed(field: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), bytes]);
}

describe('reflection of servers that hand out no contract', () => {
  for (const [what, answer, message] of UNFIT) {
    it(what, async () => {
      await assert.rejects(askedOf(answer), { name: 'ReflectionError', message });
    });
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { startMesh, type Mesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';

/** Numbers of the fields in ServerReflectionRequest and ServerReflectionResponse. */
const ASK = { fileByFilename: 3, fileContainingSymbol: 4, fileContainingExtension: 5, list: 7 };
const ANSWER = { original: 2, file: 4, list: 6, error: 7 };

const raw = (bytes: Buffer): Buffer => bytes;

describe('reflection in the mesh', () => {
  let mesh: Mesh;
  let client: Client;
  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: [{ name: 'v1', weight: 1, pods: podNames('greeter', 'v1') }],
    });
    client = new Client(mesh.address, credentials.createInsecure());
  });
  after(async () => {
    client.close();
    await mesh.close();
  });

  /** Sends the questions on one stream; each answer as the bytes of its fields by number. */
  function ask(
    version: string,
    questions: readonly (readonly [field: number, text: string])[],
  ): Promise<Map<number, Uint8Array>[]> {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    const deadline = Date.now() + 10_000;
    const stream = client.makeBidiStreamRequest(path, raw, raw, { deadline });
    return new Promise((resolve, reject) => {
      const answers: Map<number, Uint8Array>[] = [];
      stream.on('data', (answer: Buffer) => answers.push(fieldsOf(answer)));
      stream.on('error', reject);
      stream.on('end', () => {
        resolve(answers);
      });
      for (const [field, text] of questions) stream.write(encodeQuestion(field, text));
      stream.end();
    });
  }

  for (const version of ['v1', 'v1alpha']) {
    it(`lists the services (${version})`, async () => {
      const [answer] = await ask(version, [[ASK.list, '*']]);
      const list = Buffer.from(answer!.get(ANSWER.list)!).toString('latin1');
      assert.match(list, /helloworld\.Greeter/);
      assert.match(list, /grpc\.health\.v1\.Health/);
    });
  }

  it('hands out the file of a service, a method, a message and a name, on one stream', async () => {
    const answers = await ask('v1', [
      [ASK.fileContainingSymbol, 'helloworld.Greeter'],
      [ASK.fileContainingSymbol, 'helloworld.Greeter.SayHello'],
      [ASK.fileContainingSymbol, 'helloworld.HelloReply'],
      [ASK.fileByFilename, 'helloworld.proto'],
    ]);
    assert.equal(answers.length, 4);
    for (const answer of answers) {
      const descriptor = fieldsOf(answer.get(ANSWER.file)!).get(1)!;
      const file = fromBinary(FileDescriptorProtoSchema, descriptor);
      assert.equal(file.package, 'helloworld');
      assert.deepEqual(
        file.service[0]!.method.map(({ name, inputType }) => [name, inputType]),
        ['SayHello', 'SayHelloStreamReply', 'SayHelloClientStream', 'SayHelloBidiStream'].map(
          (name) => [name, '.helloworld.HelloRequest'],
        ),
      );
    }
  });

  it('repeats the question and says NOT_FOUND to what it does not know', async () => {
    const questions = [
      [ASK.fileContainingSymbol, 'helloworld.Nobody'],
      [ASK.fileByFilename, 'nothing.proto'],
      [ASK.fileContainingExtension, ''],
    ] as const;
    const answers = await ask('v1', questions);
    assert.equal(answers.length, 3);
    for (const [i, [field, text]] of questions.entries()) {
      const answer = answers[i]!;
      assert.deepEqual(Buffer.from(answer.get(ANSWER.original)!), encodeQuestion(field, text));
      // error_code 5 in field 1 comes first.
      assert.deepEqual([...answer.get(ANSWER.error)!.subarray(0, 2)], [0x08, 5]);
    }
  });

  it('does not count as a request that was served', async () => {
    await ask('v1', [[ASK.list, '*']]);
    assert.deepEqual(Object.values(mesh.served()), [0]);
  });
});

function encodeQuestion(field: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, text.length]), Buffer.from(text)]);
}

function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    fields.set(field, reader.bytes());
  }
  return fields;
}

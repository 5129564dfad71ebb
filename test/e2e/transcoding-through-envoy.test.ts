import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  MethodOptionsSchema,
} from '@bufbuild/protobuf/wkt';
import { WireType } from '@bufbuild/protobuf/wire';
import { loadSync } from '@grpc/proto-loader';
import { reasonsOf, recordOf, ROOT } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyListener } from '../fixtures/envoy-config.js';
import { type Pods, startPods } from '../fixtures/greeters.js';

/** The number of `google.api.http` among the options of a method (google/api/annotations.proto). */
const HTTP_RULE = 72_295_728;
/** `get: "/v1/hello/{name}"`, field 2 of an HttpRule (google/api/http.proto). */
const GET_HELLO = '/v1/hello/{name}';

/** The Greeter's contract, with a path of its own for HTTP. */
function transcodedContract(): Uint8Array {
  const loaded = loadSync(path.join(ROOT, 'proto/helloworld.proto'));
  const { fileDescriptorProtos: files } = loaded['helloworld.HelloRequest'] as unknown as {
    fileDescriptorProtos: Uint8Array[];
  };
  const file = fromBinary(FileDescriptorProtoSchema, files[0]!);
  const options = create(MethodOptionsSchema);
  const rule = Buffer.concat([Buffer.from([0x12, GET_HELLO.length]), Buffer.from(GET_HELLO)]);
  // What stands for the bytes of an unknown field has its length before it.
  options.$unknown = [
    {
      no: HTTP_RULE,
      wireType: WireType.LengthDelimited,
      data: Buffer.concat([Buffer.from([rule.length]), rule]),
    },
  ];
  file.service[0]!.method[0]!.options = options;
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [file] }));
}

describe('gRPC as JSON over HTTP, by the real Envoy', () => {
  let pods: Pods;
  let envoy: Envoy;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
    const transcoder = {
      name: 'envoy.filters.http.grpc_json_transcoder',
      typed_config: {
        '@type':
          'type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder',
        proto_descriptor_bin: Buffer.from(transcodedContract()).toString('base64'),
        services: ['helloworld.Greeter'],
      },
    };
    const listener = (v1: number, v2: number): EnvoyListener => ({
      kind: 'http',
      filters: [transcoder],
      clusters: [
        { name: 'v1', weight: v1, ports: [pods.ports.v1!] },
        { name: 'v2', weight: v2, ports: [pods.ports.v2!] },
      ],
    });
    envoy = await startEnvoy({ listeners: [listener(60, 40), listener(75, 25)] });
  });
  after(async () => {
    await envoy.stop();
    await pods.close();
  });

  const IDENTITY = ['--identity', 'json:message', '--identity-pattern', 'from (\\S+)!'];

  const verify = (address: string, ...words: string[]) =>
    recordOf(['verify', `http://${address}`, '--weights', 'v1=60,v2=40', ...IDENTITY, ...words]);

  it('passes the right weights, and knows the pods by the message', async () => {
    const { status, record } = await verify(
      envoy.addresses[0]!,
      '--path',
      '/v1/hello/Jack',
      '-n',
      '6200',
    );
    assert.equal(status, 0, reasonsOf(record));
    assert.deepEqual(record.calls[0]!.status, { 200: 6200 });
    const { destinations } = record.calls[0]!.split!;
    assert.equal(
      destinations.reduce((sum, { observed }) => sum + observed, 0),
      6200,
    );
    assert.match(destinations[0]!.pods[0]!.name, /^grpc-helloworld-py-v1-/);
  });

  it('fails wrong weights', async () => {
    const wrong = envoy.addresses[1]!;
    const { status, record } = await verify(wrong, '--path', '/v1/hello/Jill', '-n', '3000');
    assert.equal(status, 1, reasonsOf(record));
    assert.deepEqual(record.calls[0]!.status, { 200: 3000 });
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import {
  create,
  type DescMessage,
  type FileRegistry,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  TimestampSchema,
  timestampFromDate,
} from '@bufbuild/protobuf/wkt';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import { InputError } from '../../../src/input-error.js';
import { loadContract } from '../../../src/inputs/contract.js';
import { decodeMessage, encodeMessage } from '../../../src/call/grpc/message.js';
import { findMethod, pathOf } from '../../../src/call/grpc/method.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const NOTHING = { protoFiles: [], importPaths: [], protosets: [] };

const COMMON = `syntax = "proto3";
package shop.common;
message Money { int64 units = 1; string currency_code = 2; }
enum Colour { RED = 0; BLUE = 1; }
`;
const ORDERS = `syntax = "proto3";
package shop.orders;
import "common.proto";
import "google/protobuf/timestamp.proto";
message Order {
  message Line { string sku = 1; int32 count = 2; common.Money price = 3; }
  repeated Line lines = 1;
  map<string, Line> by_shelf = 2;
  google.protobuf.Timestamp placed_at = 3;
  oneof payment { string card = 4; bool cash = 5; }
  shop.common.Colour colour = 6;
  bytes token = 7;
  optional int32 priority = 8;
}
service Orders {
  rpc Place(Order) returns (Order);
  rpc Watch(Order) returns (stream Order.Line);
}
`;
writeFileSync(path.join(folder, 'common.proto'), COMMON);
writeFileSync(path.join(folder, 'orders.proto'), ORDERS);

const ORDER = {
  lines: [{ sku: 'a', count: 2, price: { units: '12', currency_code: 'EUR' } }],
  by_shelf: { top: { sku: 'b', count: 1 } },
  placed_at: '2026-01-02T03:04:05Z',
  card: '1234',
  colour: 'BLUE',
  token: 'AQID',
  priority: 3,
};

function nested(depth: number): JsonValue {
  let data: JsonValue = {};
  for (let level = 0; level < depth; level++) data = { lines: [data] };
  return data;
}

describe('contracts', () => {
  it('has Greeter, the echo application and health checking built in', async () => {
    const contract = await loadContract(NOTHING);
    for (const [call, expected] of [
      ['helloworld.Greeter/SayHello', '/helloworld.Greeter/SayHello'],
      ['proto.EchoTestService.ForwardEcho', '/proto.EchoTestService/ForwardEcho'],
      ['/grpc.health.v1.Health/Check', '/grpc.health.v1.Health/Check'],
    ] as const) {
      assert.equal(pathOf(findMethod(contract, call)), expected);
    }
  });

  it('has them built in as their .proto files say', async () => {
    const parsed = await loadContract({
      ...NOTHING,
      protoFiles: ['helloworld.proto', 'echo.proto', 'health.proto', 'error-details.proto'],
      importPaths: ['proto'],
    });
    const written = ({ files }: FileRegistry): unknown =>
      [...files].map(({ proto }) => toJson(FileDescriptorProtoSchema, proto));
    assert.deepEqual(
      written(await loadContract(NOTHING)),
      written(parsed),
      'write proto/built-in.protoset anew with node scripts/built-in-protoset.mjs',
    );
  });

  it('reads .proto files with imports, maps, oneofs and well-known types', async () => {
    const contract = await loadContract({
      ...NOTHING,
      protoFiles: ['orders.proto'],
      importPaths: [folder],
    });
    const method = findMethod(contract, 'shop.orders.Orders/Place');
    const bytes = encodeMessage(method.input, ORDER);
    // What another implementation makes of the same contract and data.
    const loaded = loadSync('orders.proto', {
      includeDirs: [folder],
      longs: String,
      enums: String,
    });
    const orders = loaded['shop.orders.Orders'] as ServiceDefinition;
    const seen = orders.Place!.requestDeserialize(Buffer.from(bytes));
    assert.deepEqual(seen, {
      lines: [{ sku: 'a', count: 2, price: { units: '12', currencyCode: 'EUR' } }],
      byShelf: { top: { sku: 'b', count: 1 } },
      placedAt: { seconds: '1767323045' },
      card: '1234',
      colour: 'BLUE',
      token: Buffer.from([1, 2, 3]),
      priority: 3,
    });
    const decoded = decodeMessage(method.output, bytes) as typeof ORDER;
    assert.equal(decoded.placed_at, ORDER.placed_at);
    assert.deepEqual(decoded.by_shelf.top.sku, 'b');
    assert.equal(findMethod(contract, 'shop.orders.Orders/Watch').methodKind, 'server_streaming');
  });

  it('reads .proto files with options of their own, which are in no message', async () => {
    const rules = `syntax = "proto3"; package rules.v1; import "google/protobuf/descriptor.proto";
message FieldRules { int32 min_len = 1; }
extend google.protobuf.FieldOptions { FieldRules field = 50010; }`;
    const hello = `syntax = "proto3"; package hello.v1;
import "google/protobuf/descriptor.proto"; import "rules.proto";
extend google.protobuf.MethodOptions { Extra extra = 50002; }
message Extra { int32 a = 1; }
message Request {
  string name = 1 [(rules.v1.field).min_len = 3];
  message Inner { extend google.protobuf.MessageOptions { bool inner = 50003; } }
}
service Hello { rpc Say(Request) returns (Request) { option (extra).a = 3; } }`;
    writeFileSync(path.join(folder, 'rules.proto'), rules);
    writeFileSync(path.join(folder, 'hello.proto'), hello);
    const from = { ...NOTHING, protoFiles: ['hello.proto'], importPaths: [folder] };
    const { input } = findMethod(await loadContract(from), 'hello.v1.Hello/Say');
    assert.deepEqual(
      Buffer.from(encodeMessage(input, { name: 'Jack' })),
      Buffer.from('\n\x04Jack'),
    );
  });

  it('reads extensions of messages', async () => {
    const shop = `syntax = "proto2"; package extended;
message Base { optional string name = 1; extensions 100 to 200; }
message Extra { optional int32 a = 1; }
extend Base { optional Extra extra = 100; }
message Holder { extend Base { optional string nick = 101; } }
service Shop { rpc Do(Base) returns (Base); }`;
    writeFileSync(path.join(folder, 'extended.proto'), shop);
    const from = { ...NOTHING, protoFiles: ['extended.proto'], importPaths: [folder] };
    const contract = await loadContract(from);
    const { input } = findMethod(contract, 'extended.Shop/Do');
    assert.deepEqual(
      Buffer.from(encodeMessage(input, { name: 'Jack' })),
      Buffer.from('\n\x04Jack'),
    );
    const names = [...contract.files].flatMap((file) => file.extensions.map((one) => one.typeName));
    assert.deepEqual(names, ['extended.extra']);
  });

  it('reads compiled descriptor sets', async () => {
    const file = path.join(folder, 'clock.protoset');
    const type = '.google.protobuf.Timestamp';
    const clock = create(FileDescriptorProtoSchema, {
      name: 'clock.proto',
      package: 'clock',
      syntax: 'proto3',
      dependency: ['google/protobuf/timestamp.proto'],
      service: [{ name: 'Clock', method: [{ name: 'Tick', inputType: type, outputType: type }] }],
    });
    const timestamp = TimestampSchema.file.proto;
    const set = create(FileDescriptorSetSchema, { file: [timestamp, clock] });
    writeFileSync(file, toBinary(FileDescriptorSetSchema, set));
    const contract = await loadContract({ ...NOTHING, protosets: [file] });
    const method = findMethod(contract, 'clock.Clock/Tick');
    assert.deepEqual(
      encodeMessage(method.input, '2026-01-02T03:04:05Z'),
      toBinary(TimestampSchema, timestampFromDate(new Date('2026-01-02T03:04:05Z'))),
    );
  });

  it('says what is wrong, and where', async () => {
    const broken = path.join(folder, 'broken.proto');
    writeFileSync(broken, 'syntax = "proto3"; message {');
    const notASet = path.join(folder, 'text.protoset');
    writeFileSync(notASet, 'this is text');
    const contract = await loadContract({
      ...NOTHING,
      protoFiles: ['orders.proto'],
      importPaths: [folder],
    });
    const order = findMethod(contract, 'shop.orders.Orders/Place').input;
    const encoded = (type: DescMessage, data: JsonValue): Promise<unknown> =>
      Promise.resolve().then(() => encodeMessage(type, data));
    for (const [attempt, words] of [
      [() => loadContract({ ...NOTHING, protoFiles: ['no.proto'] }), /no\.proto: no such file/],
      [() => loadContract({ ...NOTHING, protoFiles: [broken] }), /broken\.proto: .*illegal/],
      [() => loadContract({ ...NOTHING, protosets: ['no.set'] }), /no\.set: no such file/],
      [() => loadContract({ ...NOTHING, protosets: [notASet] }), /text\.protoset: not a compiled/],
      [() => loadContract({ ...NOTHING, protosets: [folder] }), /: this is a folder/],
      [() => loadContract({ ...NOTHING, protoFiles: [folder] }), /: this is a folder/],
      [() => loadContract({ ...NOTHING, protoFiles: ['/dev/zero'] }), /zero: .*regular/],
      [() => encoded(order, nested(300)), /nest more than 200 deep/],
      [() => encoded(order, { colour: 'GREEN' }), /GREEN/],
      [() => encoded(order, { lines: [{ count: 'two' }] }), /Line\.count/],
      [() => encoded(order, { lines: [{ price: { amount: 1 } }] }), /amount/],
      [() => encoded(order, ['a list']), /shop\.orders\.Order/],
      [() => Promise.resolve().then(() => findMethod(contract, 'Place')), /pkg\.Service\/Method/],
    ] as const) {
      await assert.rejects(attempt, (error: Error) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, words);
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    }
  });

  it('takes a reply that is no such message for nothing', async () => {
    const method = findMethod(await loadContract(NOTHING), 'helloworld.Greeter/SayHello');
    assert.equal(decodeMessage(method.output, Uint8Array.of(0x0a, 0xff, 0x01)), undefined);
    assert.deepEqual(decodeMessage(method.output, new Uint8Array(0)), { message: '' });
  });
});

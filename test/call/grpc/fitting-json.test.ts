import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { JsonValue } from '@bufbuild/protobuf';
import { encodeMessage } from '../../../src/call/grpc/message.js';
import { InputError } from '../../../src/input-error.js';
import { loadContract } from '../../../src/inputs/contract.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-data-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const file = path.join(folder, 'cart.proto');
writeFileSync(
  file,
  `syntax = "proto3"; package cart;
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Colour { COLOUR_UNKNOWN = 0; COLOUR_RED = 1; COLOUR_BLUE = 2; }
message Line { string sku_code = 1; int64 price = 2; Colour colour = 3; }
message Cart {
  string user_id = 1; repeated Line lines = 2; map<string, Line> by_shelf = 3; uint64 total = 4;
  repeated int64 ids = 5; google.protobuf.Struct extra = 6; google.protobuf.Timestamp at = 7;
  google.protobuf.Int64Value limit = 8; google.protobuf.NullValue nothing = 9; int32 small = 10;
}
`,
);
const contract = await loadContract({ protoFiles: [file], importPaths: [], protosets: [] });
const cart = contract.getMessage('cart.Cart')!;

describe('data held against their message', () => {
  for (const data of [
    '{}',
    '{"user_id": "7", "lines": [{"skuCode": "a", "price": 5, "colour": "COLOUR_RED"}]}',
    '{"userId": null, "byShelf": {"left": {"price": "9007199254740993", "colour": 2}}}',
    '{"total": "18446744073709551615", "ids": [1, "-2", 1e3], "limit": "5"}',
    '{"extra": {"any": ["thing"]}, "at": "2026-01-01T00:00:00Z", "nothing": null}',
    '{"nothing": "NULL_VALUE", "lines": []}',
  ]) {
    it(`takes ${data}`, () => {
      assert.ok(encodeMessage(cart, JSON.parse(data) as JsonValue) instanceof Uint8Array);
    });
  }

  for (const [data, message] of [
    [
      '{"userid": "7"}',
      /^--data: cart\.Cart has no field "userid"; the fields of cart\.Cart are: user_id, .+ and 2 others$/,
    ],
    [
      '{"lines": [{}, {"sku": "a"}]}',
      /^--data: lines\[1\]: cart\.Line has no field "sku"; the fields of cart\.Line are: sku_code, /,
    ],
    [
      '{"by_shelf": {"left": {"colour": "RED"}}}',
      /^--data: by_shelf\.left\.colour: "RED" is no value of cart\.Colour: its values are COLOUR_RED, /,
    ],
    ['{"total": 9007199254740993}', /^--data: total: an integer above 2\^53 .+ write it as a text/],
    ['{"ids": [1, 12345678901234567890]}', /^--data: ids\[1\]: an integer above 2\^53/],
    ['{"total": "many"}', /^--data: total: an integer is expected, and this is "many"$/],
    ['{"lines": {}}', /^--data: lines: a list is expected, and this is an object$/],
    [
      '{"by_shelf": []}',
      /^--data: by_shelf: an object is expected, KEY to value, and this is a list$/,
    ],
    [
      '{"lines": ["a"]}',
      /^--data: lines\[0\]: a cart\.Line is an object, and this is "a"; the fields/,
    ],
    [
      '"a"',
      /^--data: a cart\.Cart is an object, and this is "a"; the fields of cart\.Cart are: user_id, /,
    ],
    ['{"small": 1.5}', /^--data: cannot decode field cart\.Cart\.small from JSON: expected number/],
  ] as const) {
    it(`refuses ${data}`, () => {
      assert.throws(
        () => encodeMessage(cart, JSON.parse(data) as JsonValue),
        (error: Error) => {
          assert.ok(error instanceof InputError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

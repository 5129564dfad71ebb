import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { IdentitySource } from '../../../src/call/identity.js';
import { prepareGrpcCall } from '../../../src/call/grpc/prepare-call.js';
import { InputError } from '../../../src/input-error.js';
import { loadContract } from '../../../src/inputs/contract.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-identity-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const file = path.join(folder, 'who.proto');
writeFileSync(
  file,
  `syntax = "proto3"; package who;
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Colour { RED = 0; BLUE = 1; }
message Pod { string name = 1; Pod parent = 2; }
message Reply {
  string pod_name = 1; Pod pod = 2; repeated Pod pods = 3; map<string, Pod> by_zone = 4;
  repeated string tags = 5; map<string, string> labels = 6; Colour colour = 7; int64 id = 8;
  bytes token = 9; bool canary = 10; google.protobuf.Struct extra = 11;
  google.protobuf.Timestamp at = 12; google.protobuf.StringValue nick = 13; double load = 14;
  google.protobuf.BytesValue blob = 15; google.protobuf.Empty nothing = 16;
}
message Numbers { int32 count = 1; bytes data = 2; }
message Empty {}
service Who { rpc Am(Empty) returns (Reply); rpc Count(Empty) returns (Numbers); rpc Not(Empty) returns (Empty); }
`.replace('google.protobuf.Empty nothing = 16;', 'Empty nothing = 16;'),
);
const CONTRACT = { protoFiles: [file], importPaths: [], protosets: [], reflect: false };
const contract = await loadContract(CONTRACT);

async function prepare(source: string, method = 'Am'): Promise<IdentitySource> {
  const identity = { source, pattern: null, map: null };
  const call = {
    kind: 'grpc',
    method: `who.Who/${method}`,
    data: {},
    contract: CONTRACT,
    metadata: [],
    authority: null,
    identity,
  } as const;
  const setting = {
    authority: 'a',
    scheme: 'http',
    timeoutMs: 1,
    durationMs: null,
    isIdentityNeeded: true,
    isOwnPodAsked: true,
  } as const;
  const { answers } = await prepareGrpcCall({ ...call, metadata: [] }, contract, setting);
  return answers.identity.source;
}

describe('an identity held against the contract', () => {
  for (const source of [
    'field:pod_name',
    'field:pod.name',
    'field:pod.parent.parent.name',
    'field:pods.0.name',
    'field:by_zone.eu.name',
    'field:tags.3',
    'field:labels.version',
    'field:colour',
    'field:id',
    'field:canary',
    'field:load',
    'field:extra.any.thing',
    'field:at',
    'field:nick',
    'json:anything',
    'html:p',
    'text:a(.)',
    'header:anything',
    'cookie:anything',
  ]) {
    it(`may be ${source}`, async () => {
      assert.equal((await prepare(source)).kind, source.slice(0, source.indexOf(':')));
    });
  }

  for (const [source, path] of [
    ['field:podName', ['pod_name']],
    ['field:pod.parent.name', ['pod', 'parent', 'name']],
    ['field:byZone.euWest.name', ['by_zone', 'euWest', 'name']],
    ['field:extra.podName.inSide', ['extra', 'podName', 'inSide']],
  ] as const) {
    it(`is looked for by the names of the contract: ${source}`, async () => {
      assert.deepEqual(await prepare(source), { kind: 'field', path });
    });
  }

  for (const [source, message, method] of [
    [
      'field:podname',
      /^--identity: who\.Reply has no field "podname": the fields of who\.Reply are: pod_name, pod, pods, .+ and 8 others$/,
    ],
    [
      'field:name',
      /who\.Reply has no field "name"; did you mean field:pod\.name\?: the fields of who\.Reply are: /,
    ],
    [
      'field:pod',
      /"pod" is a who\.Pod: name one of its fields, as in field:pod\.name; the fields of who\.Pod are: name, parent$/,
    ],
    ['field:pod.id', /who\.Pod has no field "id": the fields of who\.Pod are: name, parent$/],
    ['field:pods', /"pods" is a list: say which element, from 0, as in pods\.0$/],
    ['field:pods.name', /"pods" is a list/],
    ['field:pods.0', /"pods" is a who\.Pod: name one of its fields/],
    ['field:by_zone', /"by_zone" is a map: name one of its keys, as in by_zone\.KEY$/],
    ['field:pod_name.a.b', /"pod_name" has no fields: drop "\.a\.b"$/],
    ['field:nick.value', /"nick" has no fields: drop "\.value"$/],
    ['field:token', /"token" holds bytes: name a field with a text/],
    ['field:blob', /"blob" holds bytes/],
    [
      'field:extra',
      /"extra" is a google\.protobuf\.Struct: name what stands in it, as in field:extra\.KEY$/,
    ],
    [
      'field:nothing',
      /"nothing" is a who\.Empty: name one of its fields; who\.Empty has no fields$/,
    ],
    [
      'json:pod',
      /there is no text in who\.Numbers: the fields of who\.Numbers are: count, data$/,
      'Count',
    ],
    ['text:a(.)', /there is no text in who\.Numbers/, 'Count'],
    ['echo', /there is no text in who\.Empty: who\.Empty has no fields$/, 'Not'],
    ['bookinfo', /bookinfo reads pages, which answer HTTP requests/],
  ] as const) {
    it(`cannot be ${source} of ${method ?? 'Am'}`, async () => {
      await assert.rejects(prepare(source, method), (error: Error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

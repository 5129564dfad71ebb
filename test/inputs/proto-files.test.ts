import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { loadContract } from '../../src/inputs/contract.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-protos-'));
after(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, lines: readonly string[]): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, ['syntax = "proto3";', ...lines].join('\n'));
  return file;
}

write('third/shop/type/money.proto', ['package shop.type;', 'message Money { int64 units = 1; }']);
write('api/v1/beside.proto', ['package shop;', 'message Beside { string pod = 1; }']);

async function load(file: string, ...importPaths: string[]): Promise<string[]> {
  const contract = await loadContract({ protoFiles: [file], importPaths, protosets: [] });
  return [...contract].map(({ typeName }) => typeName);
}

async function refusal(file: string, ...importPaths: string[]): Promise<string> {
  const error: unknown = await load(file, ...importPaths).catch((reason: unknown) => reason);
  assert.ok(error instanceof InputError, String(error));
  return error.message;
}

describe('imports of .proto files', () => {
  const service = write('api/v1/shop.proto', [
    'package shop;',
    '// import "commented.proto";',
    'import "shop/type/money.proto";',
    'message Rep { shop.type.Money price = 1; }',
  ]);

  it('that are missing are told with their line, and the folder that has them', async () => {
    const third = path.join(folder, 'third');
    assert.equal(
      await refusal(service),
      `${service}:4: it imports "shop/type/money.proto", which ${third} has: add --import-path ${third}`,
    );
    assert.ok((await load(service, third)).includes('shop.type.Money'));
    const fromThere = await refusal('shop.proto', path.dirname(service));
    assert.ok(fromThere.endsWith(`add --import-path ${third}`), fromThere);
  });

  it('that are nowhere are told so', async () => {
    const lost = write('api/v1/lost.proto', ['import "no/such.proto";']);
    assert.equal(
      await refusal(lost),
      `${lost}:2: it imports "no/such.proto", and no folder has that: name the one that imports begin in with --import-path DIR, or give a compiled set with --protoset FILE`,
    );
    // A name that leads out of a folder is not looked for.
    const out = write('api/v1/out.proto', ['import "../../third/shop/none.proto";']);
    assert.match(await refusal(out), /no folder has that/);
  });

  it('may stand beside the file, without a word of the library on standard error', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const near = write('api/v1/near.proto', [
      'package shop;',
      'import weak "not/needed.proto";',
      'import "beside.proto";',
      'import "google/protobuf/empty.proto";',
      'message Near { Beside one = 1; google.protobuf.Empty nothing = 2; }',
    ]);
    const found = await load(near).catch((error: unknown) => [String(error)]);
    await new Promise(setImmediate);
    process.off('warning', listen);
    assert.ok(found.includes('shop.Beside'), found.join());
    assert.deepEqual(
      warnings.map(({ message }) => message).filter((message) => !message.includes('not/needed')),
      [],
    );
  });
});

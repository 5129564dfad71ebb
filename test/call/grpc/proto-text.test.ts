import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { describedSymbol } from '../../../src/call/grpc/proto-text.js';
import { findSymbol, symbolName } from '../../../src/call/grpc/symbol.js';
import { loadContract } from '../../../src/inputs/contract.js';
import { ROOT } from '../../fixtures/command.js';

const DATA = path.join(ROOT, 'test/data/reflection');
/** What grpcurl 1.9.4 printed for `describe SYMBOL` on rich.protoset, which it compiled of rich.proto. */
const PRINTED = JSON.parse(
  readFileSync(path.join(DATA, 'grpcurl-describe.json'), 'utf8'),
) as Record<string, string>;

describe('symbols of a contract as protobuf source', async () => {
  const contract = await loadContract({
    protoFiles: [],
    importPaths: [],
    protosets: [path.join(DATA, 'rich.protoset')],
  });

  for (const [symbol, printed] of Object.entries(PRINTED)) {
    it(`${symbol} is described as grpcurl describes it`, () => {
      const found = findSymbol(contract, symbol);
      assert.ok(found);
      assert.equal(`${describedSymbol(found).join('\n')}\n`, printed);
    });
  }

  it('are found by all ways to write their names, and not by others', () => {
    for (const written of [
      'rich.v1.Library.Find',
      '.rich.v1.Library.Find',
      'rich.v1.Library/Find',
    ]) {
      assert.equal(findSymbol(contract, symbolName(written))?.kind, 'rpc', written);
    }
    assert.equal(findSymbol(contract, 'rich.v1.Book.Kind.NOVEL')?.kind, 'enum_value');
    for (const none of ['', 'rich', 'rich.v1', 'rich.v1.Library.Lose', 'rich.v1.Book.Kind.NONE']) {
      assert.equal(findSymbol(contract, none), undefined, none);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineCounter, parseAllDocuments } from 'yaml';
import { yamlDocuments } from '../../src/scenario/yaml-documents.js';

const read = (text: string, merge = false) =>
  yamlDocuments(text, { lineCounter: new LineCounter(), merge });
const codes = (text: string): string[] =>
  read(text, true).flatMap(({ errors }) => errors.map(({ code }) => code));

describe('YAML', () => {
  it('is what the library reads', () => {
    for (const text of [
      'a: [1, {b: c}]\n---\n- d\n',
      '%YAML 1.2\n---\n"a": !!str 1\n...\n# the end\n',
      'base: &base {a: 1}\nmore:\n  <<: *base\n  b: 2\n',
      '',
    ]) {
      const parsed = parseAllDocuments(text, { merge: true });
      assert.deepEqual(
        read(text, true).map((document) => document.toJS() as unknown),
        Array.from(parsed, (document) => document.toJS() as unknown),
      );
    }
  });

  it('that repeats a key says so, in every map', () => {
    assert.deepEqual(codes('a: 1\nb: {c: 1, "c": 2}\na: 3\n'), ['DUPLICATE_KEY', 'DUPLICATE_KEY']);
    assert.deepEqual(codes('- {a: 1}\n- {a: 1}\n'), []);
    assert.deepEqual(codes('x: &x {a: 1}\ny: &y {b: 1}\nz:\n  <<: *x\n  <<: *y\n'), []);
    const [document] = read('a: 1\n  \nbb: 2\na: 3\n');
    assert.equal(document!.errors[0]!.pos[0], 'a: 1\n  \nbb: 2\n'.length);
  });

  it('that nests too deeply is refused before the stack is exhausted', () => {
    for (const text of [
      '['.repeat(5000) + ']'.repeat(5000),
      '{a: '.repeat(5000) + '}'.repeat(5000),
      `x: ${'['.repeat(100_000)}`,
      '- '.repeat(5000),
      '? '.repeat(5000),
      Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
    ]) {
      assert.throws(() => read(text), RangeError, text.slice(0, 20));
    }
    const deep = 150;
    assert.deepEqual(codes(`${'['.repeat(deep)}${']'.repeat(deep)}`), []);
  });

  it('with very many keys is read as fast as it is long', { timeout: 60_000 }, () => {
    const keys = Array.from({ length: 200_000 }, (_, index) => `k${index}: &a${index} 1\n`);
    assert.deepEqual(codes(keys.join('')), []);
    assert.deepEqual(codes([...keys, 'k7: 2\n'].join('')), ['DUPLICATE_KEY']);
  });
});

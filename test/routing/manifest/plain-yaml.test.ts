import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { Document, isCollection, parseAllDocuments, stringify, visit } from 'yaml';

import { positionIn, readPlainYaml } from '../../../src/routing/manifest/plain-yaml.js';
import { type PathStep, SourceDocument } from '../../../src/routing/manifest/source-document.js';

const SCENARIOS = path.resolve(import.meta.dirname, '../../../../scenarios');

/** What the full parser makes of a text: its value, or that it is refused. */
function fullParse(text: string): { value: unknown } | 'refused' {
  const documents = parseAllDocuments(text, { logLevel: 'silent', merge: true });
  if (!Array.isArray(documents) || documents.length !== 1) return 'refused';
  const [document] = documents;
  if (document === undefined || document.errors.length > 0) return 'refused';
  return { value: document.toJS() as unknown };
}

/** Every field and item of a value, and the value itself. */
function pathsOf(value: unknown, before: readonly PathStep[] = []): PathStep[][] {
  if (typeof value !== 'object' || value === null) return [[...before]];
  const steps: [PathStep, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : Object.entries(value);
  return [[...before], ...steps.flatMap(([step, below]) => pathsOf(below, [...before, step]))];
}

const word = fc.oneof(
  fc.constantFrom(
    'a',
    'v1',
    'true',
    'null',
    '~',
    '1',
    '-1',
    '007',
    '1.5',
    '1e3',
    '0x1f',
    '.5',
    '-',
    '- a',
    '*',
    '*.com',
    '&a',
    '"q"',
    "it's",
    'a: b',
    'a:',
    'a #b',
    '#',
    '10s',
    '2026-01-01',
    'no',
    '[]',
    '{}',
    '|',
    '>',
    '%',
    '@x',
    '`',
    '!!str',
    '? a',
    '/a',
    'a/b',
    'é',
    ' ',
    '',
    '::',
    'a:b',
    '.inf',
    '-.Inf',
    '.nan',
    '+1',
    '1_000',
    '^a',
    '$x',
    '(a)',
    '3f1c9a3e-0000-4000-8000-000000000001',
    '12345678-1234-1234-1234-123456789012',
    'f:a',
    'k:{"b":1}',
  ),
  fc.string({ maxLength: 8 }),
);
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b-c', 'd.e/f', '@type', 'x y', '1', 'null'), tie('node'), {
      maxKeys: 3,
    }),
  ),
})).node;

describe('the fast reader of plain YAML', () => {
  it('reads every scenario manifest as the full parser does', () => {
    const files = readdirSync(SCENARIOS, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.includes('/') && file.endsWith('.yaml'),
    );
    assert.ok(files.length >= 20);
    for (const file of files) {
      for (const text of readFileSync(path.join(SCENARIOS, file), 'utf8').split(/^---\n/m)) {
        assert.deepEqual({ value: readPlainYaml(text)?.value }, fullParse(text), file);
      }
    }
  });

  it('agrees with the full parser on whatever it takes', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'spec'), value, { minKeys: 1 }),
        (data) => {
          const text = stringify(data);
          const plain = readPlainYaml(text);
          if (plain === null) return;
          taken += 1;
          assert.deepEqual({ value: plain.value }, fullParse(text));
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(taken > 50, `only ${taken} were plain`);
  });

  it('takes nothing that the full parser reads otherwise, or refuses', () => {
    const line = fc
      .tuple(
        fc.constantFrom(0, 0, 0, 0, 2, 2, 4, 1),
        fc.constantFrom('', '', '', '', '- ', '- ', '-', '- - ', '# '),
        fc.constantFrom(
          '',
          'a:',
          'b: ',
          'a: ',
          'x: ',
          'y: ',
          'z: ',
          '"k": ',
          'c:d: ',
          '? ',
          'w: |',
          'f:a: ',
          'f:',
          '.: ',
          'k:{"b":1}: ',
        ),
        word,
      )
      .map(([indent, dash, key, text]) => `${' '.repeat(indent)}${dash}${key}${text}`);
    let taken = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = lines.join('\n');
        const plain = readPlainYaml(text);
        if (plain === null) return;
        taken += 1;
        assert.deepEqual({ value: plain.value }, fullParse(text), JSON.stringify(text));
      }),
      { numRuns: 5000 },
    );
    assert.ok(taken > 50, `only ${taken} were plain`);
  });

  for (const text of [
    'a: |\n  b\n    c\n\n  d\n\ne: 1\n',
    'a: |-\n  # no comment\n  - b: c\nd: [1, "x", {y: z}] # comment\n',
    'a: |\n  text',
    'a: "q\\n\\u00e9"\nb: {c: d, e: [f]}\n',
    "a: 'it''s'\n",
    'a:\n- b: |\n    c\n  d: e\n',
  ])
    it(`reads ${JSON.stringify(text)} as the full parser does`, () => {
      assert.deepEqual({ value: readPlainYaml(text)?.value }, fullParse(text));
    });

  it('reads what kubectl prints of an object, managed fields and all', () => {
    const text = `apiVersion: v1
items:
- apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"networking.istio.io/v1","kind":"VirtualService"}
    creationTimestamp: "2026-03-02T10:11:12Z"
    managedFields:
    - apiVersion: networking.istio.io/v1
      fieldsType: FieldsV1
      fieldsV1:
        f:metadata:
          f:annotations:
            .: {}
            f:kubectl.kubernetes.io/last-applied-configuration: {}
        f:status:
          f:conditions:
            k:{"type":"Reconciled"}:
              .: {}
      time: "2026-03-02T10:11:12Z"
    name: shop
    uid: 3f1c9a3e-0000-4000-8000-000000000001
  spec:
    hosts: []
kind: List
metadata:
  resourceVersion: ""
`;
    assert.deepEqual({ value: readPlainYaml(text)?.value }, fullParse(text));
  });

  it('knows where every field and item begins, as the full parser does', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'spec'), value, { minKeys: 1 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 5 }),
        (data, indentSeq, depth) => {
          const document = new Document(data);
          // The inner parts in flow style, as people write them.
          visit(document, {
            Collection: (_, node, ancestors) => {
              node.flow = ancestors.filter(isCollection).length >= depth;
            },
          });
          const text = document.toString({ indentSeq, lineWidth: 0 });
          if (readPlainYaml(text) === null) return;
          // A tab, even in a comment, is for the full parser.
          const [plain] = SourceDocument.readAll(text, 'f.yaml');
          const [full] = SourceDocument.readAll(`${text}#\t\n`, 'f.yaml');
          assert.ok(plain !== undefined && full !== undefined);
          for (const steps of pathsOf(plain.value)) {
            compared += 1;
            assert.deepEqual(plain.positionOf(steps), full.positionOf(steps), text);
          }
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(compared > 200, `only ${compared} were compared`);
  });

  it('knows the line and column of every field and item', () => {
    const plain = readPlainYaml('# first\na:\n  b: 1\n\n  list:\n  - x: 1\n    y: 2\n  - z\n');
    assert.ok(plain);
    const root = plain.value as { a: { list: [{ y: number }, string] } };
    assert.deepEqual(positionIn(plain, root, 'a'), { line: 1, column: 0 });
    assert.deepEqual(positionIn(plain, root.a, 'list'), { line: 4, column: 2 });
    assert.deepEqual(positionIn(plain, root.a.list, '0'), { line: 5, column: 4 });
    assert.deepEqual(positionIn(plain, root.a.list, '1'), { line: 7, column: 4 });
    assert.deepEqual(positionIn(plain, root.a.list[0], 'y'), { line: 6, column: 4 });
  });

  for (const text of [
    'a: 1\na: 2',
    'a: &x 1',
    'a: [1',
    'a: "b',
    'a: [*b]',
    'a: >\n  text',
    'a:\n\tb: 1',
    '<<: x',
    '__proto__: 1',
    'a: b\n  c',
    '',
    'text',
    '- - a',
  ])
    it(`leaves ${JSON.stringify(text)} to the full parser`, () => {
      assert.equal(readPlainYaml(text), null);
    });
});

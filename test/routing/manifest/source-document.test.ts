import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceDocument } from '../../../src/routing/manifest/source-document.js';

describe('the documents of a file', () => {
  const files: readonly [what: string, text: string, documents: [number | null, unknown][]][] = [
    ['one', 'a: 1', [[null, { a: 1 }]]],
    ['one under a head of comments', '# c\n---\na: 1\n', [[null, { a: 1 }]]],
    [
      'two, each with a comment, as charts write them',
      '---\n# Source: a\na: 1\n---\n# Source: b\nb: 1',
      [
        [1, { a: 1 }],
        [2, { b: 1 }],
      ],
    ],
    [
      'empty ones between and after are not counted',
      'a: 1\n---\n\n# x\n---\nb: 2\n---\n',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    [
      'beside their markers',
      '--- {a: 1}\n--- [1]\n',
      [
        [1, { a: 1 }],
        [2, [1]],
      ],
    ],
    ['under a directive', '%YAML 1.2\n---\na: 1\n', [[null, { a: 1 }]]],
    [
      'objects of JSON one after the other',
      ' {"a": "}{\\"", "b": {}}\n{"c": 1}{"d": [{}]}\n',
      [
        [1, { a: '}{"', b: {} }],
        [2, { c: 1 }],
        [3, { d: [{}] }],
      ],
    ],
    [
      'such a stream beside YAML',
      'a: 1\n---\n{"b": 1}\n\n{"c": 1}\n',
      [
        [1, { a: 1 }],
        [2, { b: 1 }],
        [3, { c: 1 }],
      ],
    ],
    ['none', '# only\n', []],
  ];
  for (const [what, text, documents] of files) {
    it(what, () => {
      assert.deepEqual(
        SourceDocument.readAll(text, 'f.yaml').map(({ number, value }) => [number, value]),
        documents,
      );
    });
  }

  it('a part is found with its line and column, counted from 1', () => {
    const [, second] = SourceDocument.readAll('a: 1\n---\nb:\n  - {c: [d, e]}\n', 'f.yaml');
    assert.deepEqual(second?.positionOf(['b']), { line: 3, column: 1 });
    assert.deepEqual(second.positionOf(['b', 0, 'c', 1]), { line: 4, column: 13 });
    assert.deepEqual(second.positionOf(['b', 0, 'gone']), { line: 4, column: 5 });
  });

  it('a mistake is named with its file, line and document', () => {
    assert.throws(() => SourceDocument.readAll('a: 1\n---\nb: [', 'f.yaml'), {
      name: 'InputError',
      message: /^f\.yaml:3 \(document 2\): not valid YAML/,
    });
  });

  it('objects of JSON one after the other know their lines', () => {
    const [, second] = SourceDocument.readAll('{"a":\n1}\n{"b":\n {"c": 1}}\n', 'f.json');
    assert.deepEqual(second?.positionOf(['b', 'c']), { line: 4, column: 3 });
  });

  it('a stream that breaks off is a mistake', () => {
    assert.throws(() => SourceDocument.readAll('{"a": 1}\n{"b": ', 'f.json'), /not valid YAML/);
  });

  for (const text of [
    '{{- if .Values.route }}\na: 1\n{{- end }}\n',
    'a: {{ .Values.a }}\n',
    'a:\n  - b: {{ include "chart.name" . }}\n',
    'a:\n  {{- toYaml .Values.a | nindent 2 }}\n',
    'a: [{{ .Values.a }}]\n',
  ])
    it(`a template of Helm is told as such: ${JSON.stringify(text)}`, () => {
      assert.throws(() => SourceDocument.readAll(`x: 1\n---\n${text}`, 'f.yaml'), {
        name: 'InputError',
        message: /^f\.yaml:\d \(document 2\): looks like a Helm template: run helm template first/,
      });
    });

  for (const text of [
    'a: "{{ .Values.a }}"\n',
    'a: |\n  {{ $labels.pod }} is down\n',
    'a: {b: {c: {}}}\n',
  ])
    it(`what a text or mapping may hold is none: ${JSON.stringify(text)}`, () => {
      assert.equal(SourceDocument.readAll(text, 'f.yaml').length, 1);
    });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { questionOf, RequestError } from '../../src/gate/question.js';
import { labelWords, RESERVED_LABELS } from '../../src/gate/run-labels.js';
import { parseLabels } from '../../src/scenario/labels.js';

const KEY = { scenario: 'checkout', revision: 'r', step: '1' };
const labelsOf = (labels: unknown) =>
  questionOf({ body: { revision: 'r', labels }, query: {}, prefer: undefined }, 0, 0).labels;

describe('labels of a run', () => {
  it('have the question beside those of the request', () => {
    assert.deepEqual(labelWords(KEY, { pipeline: '4711' }), [
      '--label=pipeline=4711',
      '--label=scenario=checkout',
      '--label=revision=r',
      '--label=step=1',
    ]);
  });

  it('are read by the run as they were taken, whatever stands in them, or are refused', () => {
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 250 }), fc.string());
    const name = fc
      .oneof(fc.stringMatching(/^[\w./=-]{0,65}$/), fc.string())
      .filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 20 }), value, (labels, revision) => {
        const body = { revision, labels };
        try {
          const taken = questionOf({ body, query: {}, prefer: undefined }, 0, 0);
          const words = labelWords({ ...KEY, revision }, taken.labels);
          assert.ok(words.length <= 19);
          for (const word of words) assert.match(word, /^--label=[^\p{Cc}]{0,268}$/u);
          const read = parseLabels(words.map((word) => word.slice('--label='.length)));
          assert.deepEqual(read, { ...labels, ...KEY, revision });
        } catch (error) {
          assert.ok(error instanceof RequestError, String(error));
        }
      }),
      { numRuns: 30 },
    );
  });

  const wrong: Record<string, [unknown, RegExp]> = {
    'a name of the gate': [{ revision: 'x' }, /^labels: scenario, revision, step are set by/],
    'a name with a space': [{ 'a b': 'x' }, /^labels: begin a label with a letter/],
    'a flag for a name': [{ '--requests': '1' }, /^labels: begin a label with a letter/],
    'a name with a sign of equality': [{ 'a=b': 'x' }, /^labels: begin a label with a letter/],
    'a long value': [{ a: 'x'.repeat(201) }, /^labels: one has more than 200 characters/],
    'a huge value': [{ a: 'x'.repeat(60_000) }, /^labels: write a text of at most/],
    'a line end': [{ a: 'x\ny' }, /^labels: it holds characters that are not seen/],
    NUL: [{ a: 'x\0y' }, /^labels: it holds characters that are not seen/],
    'an escape of a terminal': [{ a: '\u001b[2J' }, /^labels: it holds characters/],
    'a number': [{ a: 7 }, /^labels: write a text/],
    'a list': [['a'], /^labels: write a map/],
    'too many': [
      Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`a${n}`, ''])),
      /^labels: there are more than 16/,
    ],
  };
  for (const [what, [labels, message]] of Object.entries(wrong)) {
    it(`are not ${what}`, () => {
      assert.throws(
        () => labelsOf(labels),
        (error: Error) => error instanceof RequestError && message.test(error.message),
      );
    });
  }

  it('reach no prototype', () => {
    assert.deepEqual(labelsOf(JSON.parse('{"__proto__":"x"}')), {});
  });

  it('may be empty, and have the names of all but the question', () => {
    assert.deepEqual(labelsOf({ a: '', 'ci/job.name': '=' }), { a: '', 'ci/job.name': '=' });
    for (const name of RESERVED_LABELS) assert.throws(() => labelsOf({ [name]: 'x' }));
  });
});

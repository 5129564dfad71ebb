import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { literalPrefix } from '../../src/call/literal-prefix.js';
import { findPattern, parsePattern } from '../../src/call/pattern.js';

describe('what every match begins with', () => {
  for (const [pattern, prefix] of [
    [String.raw`app-(v\d)`, 'app-'],
    [String.raw`(reviews-v\d+)`, 'reviews-v'],
    [String.raw`(?P<pod>web-[a-z]+)`, 'web-'],
    [String.raw`(?:(ab))c`, 'ab'],
    [String.raw`I'm from (\S+)!`, "I'm from "],
    [String.raw`a\.b\(c\)`, 'a.b(c)'],
    ['abc*', 'ab'],
    ['ab+', 'a'],
    ['ab{2}', 'a'],
    ['abc|d', ''],
    ['(abc|d)e', ''],
    ['(abc)?d', ''],
    ['(?i)abc', ''],
    ['(?i:abc)', ''],
    ['^abc', ''],
    [String.raw`\bapp`, ''],
    ['[a]bc', ''],
    ['é-1', ''],
    ['', ''],
  ] as const) {
    it(`${pattern} → ${prefix || '(nothing)'}`, () => {
      assert.equal(literalPrefix(pattern), prefix);
    });
  }
});

/** Patterns of parts that mean different things next to each other, over few letters. */
const part = fc.constantFrom(
  ...[
    'a',
    'b',
    'ab',
    'ab',
    '-',
    '\\.',
    '.',
    '\\w',
    '[ab]',
    '[^a]',
    '^',
    '$',
    '\\b',
    '\\B',
    '\\A',
    '\\z',
  ],
  ...[
    '(',
    '(?:',
    '(?P<pod>',
    ')',
    ')?',
    ')*',
    'a?',
    'b*',
    'a+',
    '{2}',
    '|',
    '(?i)',
    '\\n',
    '\\s',
    '\\Qa\\E',
  ],
);
const pattern = fc.oneof(
  fc.array(part, { minLength: 1, maxLength: 7 }).map((parts) => parts.join('')),
  fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `ab${parts.join('')}`),
  fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `(ab${parts.join('')})`),
);
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'A', '-', '.', '\n', ' ', 'é'), maxLength: 30 }),
  // Many places where only the prefix matches.
  fc
    .tuple(fc.nat(20), fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 5 }))
    .map(([times, end]) => 'ab '.repeat(times) + end),
);

describe('a pattern', () => {
  it('finds what the engine finds in the whole text', async () => {
    await parsePattern('.', '--identity');
    let compared = 0;
    fc.assert(
      fc.property(pattern, text, (source, searched) => {
        let engine: RE2JS;
        try {
          engine = RE2JS.compile(source, RE2JS.MULTILINE);
        } catch {
          return;
        }
        const matcher = engine.matcher(searched);
        const group = engine.namedGroups().pod ?? (engine.groupCount() > 0 ? 1 : 0);
        const expected = matcher.find() ? (matcher.group(group) ?? matcher.group(0)) : null;
        const found = findPattern({ dialect: 're2', text: source })(searched);
        assert.equal(found?.text ?? null, expected, source);
        if (expected !== null && literalPrefix(source).length > 1) compared += 1;
      }),
      { numRuns: 10_000 },
    );
    assert.ok(compared > 100, `${compared} matches after a prefix`);
  });
});

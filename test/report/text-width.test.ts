import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { shorten } from '../../src/report/console/shorten.js';
import { type Column, table } from '../../src/report/console/table.js';
import { paint, wrap } from '../../src/report/style.js';
import { cutAt, displayWidth } from '../../src/report/text-width.js';

const FAMILY = '👩‍👩‍👧';
const E_ACUTE = 'e\u0301';
const PLAIN = { width: 80, colour: false };

/** Names as they come: Latin, CJK, emoji, combining marks. */
const text = fc
  .array(
    fc.constantFrom('a', 'b-', ' ', 'ä', '…', '版', '本', '安定', FAMILY, '🚀', E_ACUTE, '각'),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));

describe('the width of text', () => {
  for (const [shown, columns] of [
    ['', 0],
    ['plain', 5],
    ['ä … ≥ é', 7],
    ['版本', 4],
    [FAMILY, 2],
    [`caf${E_ACUTE}`, 4],
    ['\u001b[1mbold\u001b[22m', 4],
    ['\u001b[1m版\u001b[22m', 2],
  ] as const) {
    it(`of ${JSON.stringify(shown)} is ${columns}`, () => {
      assert.equal(displayWidth(shown), columns);
    });
  }

  it('is what string-width says for every character that is not asked about', () => {
    for (let code = 0; code < 0x10000; code += 1) {
      const character = String.fromCharCode(code);
      // Twice: characters that join their neighbours would count less.
      const twice = character + character;
      assert.equal(displayWidth(twice), stringWidth(twice), code.toString(16));
    }
  });

  it('is kept by a cut, which leaves characters whole and loses none', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 30 }), (whole, columns) => {
        const [fits, rest] = cutAt(whole, columns);
        assert.equal(fits + rest, whole.normalize());
        assert.ok(displayWidth(fits) <= columns);
        // A wide character may have been left for the rest.
        if (rest !== '') assert.ok(displayWidth(fits) >= columns - 1);
        assert.equal(displayWidth(fits) + displayWidth(rest), displayWidth(whole));
      }),
    );
  });
});

describe('names that are shortened', () => {
  for (const [name, room, shown] of [
    ['short', 14, 'short'],
    ['productpage-v1-6b746f74dc', 14, 'product…6f74dc'],
    ['版本版本版本', 7, '版…本'],
    ['版本版本版本', 8, '版本…本'],
    [`${FAMILY}${FAMILY}${FAMILY}`, 5, `${FAMILY}…${FAMILY}`],
  ] as const) {
    it(`${name} to ${room} columns`, () => {
      assert.equal(shorten(name, room), shown);
    });
  }

  it('fit, whatever they are made of', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 5, max: 30 }), (name, room) => {
        assert.ok(displayWidth(shorten(name, room)) <= room);
      }),
    );
  });
});

describe('text that is wrapped', () => {
  it('breaks at spaces, and words that are longer than a line where the line ends', () => {
    const style = { width: 12, colour: false };
    assert.equal(wrap('one two three four', style, 2), 'one two\n  three four');
    assert.equal(wrap('a 0123456789abcdef', style, 2), 'a 0123456789\n  abcdef');
    assert.equal(wrap('full line12 0123456789ab', style), 'full line12\n0123456789ab');
    assert.equal(wrap('name: 版本版本版本版本', style, 2), 'name: 版本版\n  本版本版本');
  });

  it('fits, whatever it is made of, and loses nothing', () => {
    const bare = (shown: string) => shown.replaceAll(/[ \n]/g, '').normalize();
    fc.assert(
      fc.property(text, fc.integer({ min: 8, max: 40 }), (words, width) => {
        const wrapped = wrap(words, { width, colour: false }, 4, 2);
        const [first = '', ...others] = wrapped.split('\n');
        assert.ok(displayWidth(first) <= width - 2);
        for (const line of others) assert.ok(displayWidth(line) <= width, JSON.stringify(line));
        assert.equal(bare(wrapped), bare(words));
      }),
    );
  });
});

describe('a table', () => {
  const columns: Column[] = [
    { title: 'name', align: 'left' },
    { title: 'share', align: 'right' },
  ];

  it('aligns names of any script', () => {
    const rows = [
      ['v1', '60 %'],
      ['安定版', '40 %'],
      [FAMILY, ''],
    ];
    assert.equal(
      table(columns, rows, PLAIN),
      ['  name    share', '  v1       60 %', '  安定版   40 %', `  ${FAMILY}`].join('\n'),
    );
  });

  it('aligns cells that are coloured as those that are not', () => {
    const style = { width: 80, colour: true };
    const coloured = table(columns, [[paint(style, 'fail', 'v1'), '60 %']], style);
    // eslint-disable-next-line no-control-regex -- taking colours away is the point
    const plain = coloured.replaceAll(/\u001b\[\d+m/g, '');
    assert.equal(plain, table(columns, [['v1', '60 %']], PLAIN));
  });
});

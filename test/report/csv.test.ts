import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { renderCsv } from '../../src/report/csv.js';
import { type Cell, csvOf } from '../../src/report/csv-rows.js';
import { plainText } from '../../src/report/plain-text.js';
import { renderWindowsCsv } from '../../src/report/windows-csv.js';
import { readTables } from '../fixtures/python-reader.js';
import { askedCall, askedRun, countedShard, recordOfRun } from '../record/shards.js';

/** What spreadsheets take for one. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

/** Rows by the names of their columns. */
function rowsIn(text: string): Record<string, string>[] {
  const [[header = [], ...rows] = []] = readTables([text]);
  return rows.map((row) => {
    assert.equal(row.length, header.length);
    return Object.fromEntries(row.map((cell, at) => [header[at]!, cell]));
  });
}

describe('a table for spreadsheets', () => {
  it('is read back by another reader, cell by cell, and holds no formula', () => {
    const cell: fc.Arbitrary<Cell> = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '＝'), fc.string())
        .map((parts) => parts.join('')),
      fc.constantFrom('a,b', 'say "yes"', 'two\r\nlines', '\u202egnp', ' padded ', "'"),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constant(null),
    );
    const tables = fc.sample(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), 300);
    const texts = tables.map((rows) =>
      csvOf(
        [
          ['one', ([first]: [Cell, Cell]) => first],
          ['other', ([, second]: [Cell, Cell]) => second],
        ],
        rows,
      ),
    );
    readTables(texts).forEach((read, table) => {
      assert.deepEqual(read[0], ['one', 'other']);
      assert.equal(read.length, tables[table]!.length + 1);
      tables[table]!.forEach((row, at) => {
        row.forEach((given, column) => {
          const shown = read[at + 1]![column]!;
          if (given === null) assert.equal(shown, '');
          else if (typeof given === 'number') assert.ok(Number(shown) === given);
          else {
            assert.doesNotMatch(shown, FORMULA);
            assert.equal(shown, plainText(FORMULA.test(given) ? `'${given}` : given));
          }
        });
      });
    });
    // Every line ends as RFC 4180 has it.
    for (const text of texts) assert.doesNotMatch(text, /[^\r]\n|\r[^\n]/);
  });

  it('has a row for each destination, with what is expected of it and what came', async () => {
    const asked = askedRun('run-1', {
      ...askedCall({ givenName: '=SUM(A1)', labels: { team: 'shop, "west"' } }),
      labels: { commit: '4f2a9c1' },
      scenario: '-1+1',
    });
    const record = await recordOfRun(asked, countedShard({ v1: 1870, v2: 1219, failed: 3 }));
    const rows = rowsIn(renderCsv(record));
    const [first, second] = rows;
    assert.equal(rows.length, 2);
    assert.equal(first!.run_name, "'-1+1");
    assert.equal(first!.call_name, "'=SUM(A1)");
    assert.equal(first!.run_labels, '{"commit":"4f2a9c1"}');
    assert.equal(first!.call_labels, '{"team":"shop, \\"west\\""}');
    assert.deepEqual([first!.destination, second!.destination], ['v1', 'v2']);
    assert.deepEqual([first!.observed, second!.observed], ['1870', '1219']);
    assert.deepEqual([first!.weight, first!.expected_share], ['60', '0.6']);
    const { interval, share } = record.calls[0]!.split!.destinations[1]!;
    assert.equal(Number(second!.share), share);
    assert.deepEqual([Number(second!.share_low), Number(second!.share_high)], interval);
    assert.deepEqual([second!.latency_count, second!.latency_p99_ms], ['1219', '1']);
  });

  it('has the windows, each as a whole and by destination', async () => {
    const record = await recordOfRun(
      askedRun('run-1'),
      countedShard({ v1: 240, v2: 160, failed: 8 }),
    );
    const rows = rowsIn(renderWindowsCsv(record));
    assert.equal(rows.length, 3 * record.windows.length);
    const sum = (of: (row: Record<string, string>) => string): number =>
      rows.reduce((total, row) => total + Number(of(row)), 0);
    assert.equal(
      sum(({ sent }) => sent!),
      408,
    );
    assert.equal(
      sum(({ failed }) => failed!),
      8,
    );
    assert.equal(
      sum(({ observed }) => observed!),
      400,
    );
    const of1 = rows.filter(({ destination }) => destination === 'v1');
    assert.deepEqual(
      of1.map((row) => row.start_seconds),
      record.windows.map(({ startSeconds }) => String(startSeconds)),
    );
    assert.equal(of1[0]!.latency_count, of1[0]!.observed);
  });
});

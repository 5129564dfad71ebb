import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { readRecord } from '../../src/record/read-record.js';
import { countedOf } from '../../src/record/saved-counts.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { ROOT } from '../fixtures/command.js';

const TEXT = readFileSync(path.join(ROOT, 'reports/sample.json'), 'utf8');

/** Requests of the sample. */
const SENT = (JSON.parse(TEXT) as RunRecord).load.sent;

function changed(change: (record: RunRecord) => unknown): string {
  const record = JSON.parse(TEXT) as RunRecord;
  change(record);
  return JSON.stringify(record);
}

/** The sample without the field at a path. */
function without(...names: string[]): string {
  const record = JSON.parse(TEXT) as Record<string, unknown>;
  const last = names.pop() ?? '';
  const place = names.reduce((at, name) => at[name] as Record<string, unknown>, record);
  place[last] = undefined;
  return JSON.stringify(record);
}

/** Where everything stands in a value, lists by their first two items. */
function placesOf(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at];
  const keys = Object.keys(value).slice(0, Array.isArray(value) ? 2 : undefined);
  return [
    at,
    ...keys.flatMap((key) => placesOf((value as Record<string, unknown>)[key], [...at, key])),
  ];
}

function put(record: Record<string, unknown>, place: readonly string[], value: unknown): void {
  const last = place.at(-1);
  if (last === undefined) return;
  const parent = place
    .slice(0, -1)
    .reduce((at, name) => at[name] as Record<string, unknown>, record);
  parent[last] = value;
}

/** What is told of the counts of the only call. */
function counts(problem: string): RegExp {
  return new RegExp(`^run\\.json: counted\\.calls\\[0\\]: ${problem}$`);
}

/** Each: what is wrong, the text, and what the message says of it. */
const WRONG: [string, string, RegExp][] = [
  ['not JSON', '{', /^run\.json: not JSON: /],
  ['nothing', '', /^run\.json: not JSON: /],
  ['something else', '{"a": 1}', /^run\.json: this is not the record of a run/],
  ['a list', '[]', /^run\.json: this is not the record of a run/],
  [
    'another version',
    '{"schema": "splitproof/run/v2"}',
    /^run\.json: schema: it is "splitproof\/run\/v2", and this version reads "splitproof\/run\/v1"/,
  ],
  ['another schema of ours', '{"schema": "splitproof/plan/v1"}', /^run\.json: schema: /],
  [
    'a record of an earlier version',
    '{"schema": "splitproof/run/v1", "command": "verify", "calls": []}',
    /^run\.json: it was written by an earlier version, .*: run again$/,
  ],
  ['no call', changed((r) => (r.calls = [])), /^run\.json: calls: a run has one call at least$/],
  [
    'a call too many',
    changed((r) => r.calls.push(r.calls[0]!)),
    /^run\.json: calls: it has 2 calls, and 1 were asked for$/,
  ],
  ['no target', without('target'), /^run\.json: target: /],
  [
    'no count of the sample',
    without('calls', '0', 'split', 'n'),
    /^run\.json: calls\[0\]\.split\.n: /,
  ],
  [
    'a text for a number',
    changed((r) => Object.assign(r.calls[0]!.split!.destinations[1]!, { observed: 'many' })),
    /^run\.json: calls\[0\]\.split\.destinations\[1\]\.observed: /,
  ],
  ['no time', changed((r) => (r.startedAt = 'yesterday')), /^run\.json: startedAt: /],
  ['a negative count', changed((r) => (r.load.failed = -1)), /^run\.json: load\.failed: -1/],
  [
    'outcomes that do not add up',
    changed((r) => (r.counted.calls[0]!.ends.ok -= 1)),
    counts(`${SENT} were sent, and ${SENT - 1} came to an end`),
  ],
  [
    'an account that does not close',
    changed((r) => (r.counted.calls[0]!.due += 1)),
    counts(`${SENT + 1} were due, and ${SENT} sent and 0 unsent`),
  ],
  [
    'statuses that do not add up',
    changed((r) => (r.counted.calls[0]!.statuses[0]![1] += 1)),
    counts(`${SENT} were sent, and ${SENT + 1} have a status`),
  ],
  [
    'a sum that was not counted',
    changed((r) => (r.load.sent += 1)),
    new RegExp(
      `^run\\.json: load\\.sent: it says ${SENT + 1}, and what was counted gives ${SENT}$`,
    ),
  ],
  [
    'answers that were not counted',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.observed -= 1)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.observed: it says \d+, and what was counted gives \d+$/,
  ],
  [
    'a part of an answer',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.pods[0]!.observed = 0.5)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.pods\[0\]\.observed: 0\.5 is not a count$/,
  ],
  [
    'pods with more answers than their destination',
    changed((r) => (r.counted.calls[0]!.pods[0]![1].observed += 1)),
    /^run\.json: counted\.calls\[0\]: its pods have more answers of "v1" than it has$/,
  ],
  [
    'answers that more vouch for than there were',
    changed((r) => (r.counted.calls[0]!.vouchers[0]![1] += 1)),
    /^run\.json: counted\.calls\[0\]: more answers are vouched for than there were$/,
  ],
  [
    'connections with more answers than the call',
    changed((r) => (r.counted.connections[0]!.byCall[0]!.observed[0]! += 1)),
    /^run\.json: counted\.calls\[0\]: its connections have more answers of "v1" than it has$/,
  ],
  [
    'windows with more answers than the call',
    changed((r) => (r.counted.calls[0]!.windows.observed[0]![0] = 1_000_000)),
    /^run\.json: counted\.calls\[0\]: its windows have more answers of "v1" than it has$/,
  ],
  [
    'blocks with more answers than the call',
    changed((r) => (r.counted.calls[0]!.blocks.observed[0]![0] = 1_000_000)),
    /^run\.json: counted\.calls\[0\]: its blocks have more answers of "v1" than it has$/,
  ],
  [
    'a connection with answers of a stranger',
    changed((r) => (r.transport.connections[0]!.observed.v9 = 1)),
    /^run\.json: transport\.connections\[0\]\.observed\.v9: it says 1, and what was counted gives nothing$/,
  ],
  [
    'a share of something else',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.share = 0.6001)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.share: it says 0\.6001, /,
  ],
  [
    'another weight than was asked for',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.weight = 61)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.weight: it says 61, and what was counted gives 60$/,
  ],
  [
    'a histogram that cannot be read',
    changed((r) => (r.counted.calls[0]!.latency[0] = '7 1 7 1')),
    /^run\.json: counted: the places of a histogram are whole numbers that ascend: 7$/,
  ],
  [
    'a time without end',
    changed((r) => (r.durationSeconds = 1e300)),
    /^run\.json: durationSeconds: /,
  ],
  [
    'a level above one',
    changed((r) => (r.calls[0]!.split!.alpha = 2)),
    /split\.alpha: 2 is not a share/,
  ],
  [
    'a negative weight',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.weight = -60)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.weight: /,
  ],
];

describe('reading a saved run', () => {
  it('reads over a byte order mark', () => {
    assert.deepEqual(readRecord(`\uFEFF${TEXT}`, 'run.json').record, JSON.parse(TEXT));
  });

  it('refuses no count, share or time that is written by hand without one clear sentence', () => {
    const NUMBERS = [-1, 0.5, 1e308, 2 ** 53, null, 'x', {}, []];
    for (const place of placesOf(JSON.parse(TEXT))) {
      for (const number of NUMBERS) {
        const record = JSON.parse(TEXT) as Record<string, unknown>;
        put(record, place, number);
        try {
          readRecord(JSON.stringify(record), 'run.json');
        } catch (error) {
          assert.ok(error instanceof InputError, `${place.join('.')}: ${String(error)}`);
          assert.match(error.message, /^run\.json: [^\n]+$/);
        }
      }
    }
  });

  it('gives back what was written, and what was counted', () => {
    const { record, counted } = readRecord(TEXT, 'run.json');
    assert.deepEqual(record, JSON.parse(TEXT));
    assert.deepEqual(counted, countedOf(record.counted));
  });

  it('keeps destinations whose names objects have already', () => {
    const text = TEXT.replaceAll('"v1"', '"__proto__"').replaceAll('"v2"', '"constructor"');
    const { record } = readRecord(text, 'run.json');
    assert.deepEqual(Object.keys(record.transport.connections[0]!.observed).sort(), [
      '__proto__',
      'constructor',
    ]);
  });

  for (const [what, text, message] of WRONG) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => readRecord(text, 'run.json'),
        (error) => error instanceof InputError && message.test(error.message),
      );
    });
  }
});

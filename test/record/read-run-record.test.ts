import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { parseRunRecord } from '../../src/record/read-run-record.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { ROOT } from '../fixtures/command.js';

const TEXT = readFileSync(path.join(ROOT, 'reports/sample.json'), 'utf8');

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

/** Each: what is wrong, the text, and what the message says of it. */
const WRONG: [string, string, RegExp][] = [
  ['not JSON', '{', /^run\.json: not JSON: /],
  ['nothing', '', /^run\.json: not JSON: /],
  ['something else', '{"a": 1}', /^run\.json: this is no record of a run/],
  ['a list', '[]', /^run\.json: this is no record of a run/],
  [
    'another version',
    '{"schema": "splitproof/run/v2"}',
    /^run\.json: schema: it is "splitproof\/run\/v2", and this version reads "splitproof\/run\/v1"/,
  ],
  ['another schema of ours', '{"schema": "splitproof/plan/v1"}', /^run\.json: schema: /],
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
  ['outcomes that do not add up', changed((r) => (r.load.sent += 1)), /^run\.json: load\.sent: /],
  [
    'a sample that does not add up',
    changed((r) => (r.calls[0]!.split!.missing += 1)),
    /^run\.json: calls\[0\]\.split\.sampled: /,
  ],
  [
    'answers that do not add up',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.observed -= 1)),
    /^run\.json: calls\[0\]\.split\.n: /,
  ],
  [
    'more unattributed than missing',
    changed((r) => (r.calls[0]!.split!.unattributed = 1)),
    /^run\.json: calls\[0\]\.split\.missing: /,
  ],
  [
    'a part of an answer',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.pods[0]!.observed = 0.5)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.pods\[0\]\.observed: 0\.5 is no count$/,
  ],
  [
    'pods with more answers than their destination',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.pods[0]!.observed += 1)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.pods: /,
  ],
  [
    'a share of something else',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.share = 0.6001)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.share: /,
  ],
  [
    'connections with more answers than the split',
    changed((r) => (r.transport.connections[0]!.observed.v1! += 1)),
    /^run\.json: transport\.connections: the answers of "v1" add up to /,
  ],
  [
    'connections with answers of a stranger',
    changed((r) => (r.transport.connections[0]!.observed.v9 = 1)),
    /^run\.json: transport\.connections: the answers of "v9" /,
  ],
  [
    'windows with more answers than the split',
    changed((r) => (r.windows[0]!.observed.v1 = 1_000_000)),
    /^run\.json: windows: /,
  ],
  [
    'a time without end',
    changed((r) => (r.durationSeconds = 1e300)),
    /^run\.json: durationSeconds: /,
  ],
  ['a level that is none', changed((r) => (r.calls[0]!.split!.alpha = 2)), /split\.alpha: 2 is no/],
  [
    'a negative weight',
    changed((r) => (r.calls[0]!.split!.destinations[0]!.weight = -60)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.weight: /,
  ],
];

describe('reading a saved run', () => {
  it('reads over a byte order mark', () => {
    assert.deepEqual(parseRunRecord(`\uFEFF${TEXT}`, 'run.json'), JSON.parse(TEXT));
  });

  it('refuses no count, share or time that is written by hand without one clear sentence', () => {
    const NUMBERS = [-1, 0.5, 1e308, 2 ** 53, null, 'x', {}, []];
    for (const place of placesOf(JSON.parse(TEXT))) {
      for (const number of NUMBERS) {
        const record = JSON.parse(TEXT) as Record<string, unknown>;
        put(record, place, number);
        try {
          parseRunRecord(JSON.stringify(record), 'run.json');
        } catch (error) {
          assert.ok(error instanceof InputError, `${place.join('.')}: ${String(error)}`);
          assert.match(error.message, /^run\.json: [^\n]+$/);
        }
      }
    }
  });

  it('gives back what was written', () => {
    assert.deepEqual(parseRunRecord(TEXT, 'run.json'), JSON.parse(TEXT));
  });

  for (const [what, text, message] of WRONG) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseRunRecord(text, 'run.json'),
        (error) => error instanceof InputError && message.test(error.message),
      );
    });
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { parseRunRecord } from '../../src/report/read-run-record.js';
import type { RunRecord } from '../../src/report/run-record.js';
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
    changed((r) => Object.assign(r.calls[0]!.split.destinations[1]!, { observed: 'many' })),
    /^run\.json: calls\[0\]\.split\.destinations\[1\]\.observed: /,
  ],
  ['no time', changed((r) => (r.startedAt = 'yesterday')), /^run\.json: startedAt: /],
  ['a negative count', changed((r) => (r.load.failed = -1)), /^run\.json: load\.failed: -1/],
  ['outcomes that do not add up', changed((r) => (r.load.sent += 1)), /^run\.json: load\.sent: /],
  [
    'a sample that does not add up',
    changed((r) => (r.calls[0]!.split.missing += 1)),
    /^run\.json: calls\[0\]\.split\.sampled: /,
  ],
  [
    'answers that do not add up',
    changed((r) => (r.calls[0]!.split.destinations[0]!.observed -= 1)),
    /^run\.json: calls\[0\]\.split\.n: /,
  ],
  [
    'more unattributed than missing',
    changed((r) => (r.calls[0]!.split.unattributed = 1)),
    /^run\.json: calls\[0\]\.split\.missing: /,
  ],
  [
    'a negative weight',
    changed((r) => (r.calls[0]!.split.destinations[0]!.weight = -60)),
    /^run\.json: calls\[0\]\.split\.destinations\[0\]\.weight: /,
  ],
];

describe('reading a saved run', () => {
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

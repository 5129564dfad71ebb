import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { FORMATS, type FormatName } from '../../src/report/formats.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { startMesh } from '../../src/mesh/mesh.js';
import { reasonsOf, recordOf, ROOT, splitproof } from '../fixtures/command.js';
import { askedRun, countedShard, recordOfRun } from '../record/shards.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-saved-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const SAMPLE = 'reports/sample.json';

function sampleAs(name: string, change: (record: RunRecord) => void): string {
  const record = JSON.parse(readFileSync(path.join(ROOT, SAMPLE), 'utf8')) as RunRecord;
  change(record);
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(record));
  return file;
}

describe('report', () => {
  for (const format of Object.keys(FORMATS) as FormatName[]) {
    it(`renders a saved run as ${format}`, async () => {
      const { status, stdout } = await splitproof(['report', SAMPLE, '--format', format]);
      assert.equal(status, 0);
      const { extension } = FORMATS[format];
      assert.equal(stdout, readFileSync(path.join(ROOT, `reports/sample.${extension}`), 'utf8'));
    });
  }

  it('exits with 0 whatever the verdict of the run was', async () => {
    const failed = sampleAs('failed.json', (record) => (record.verdict = 'fail'));
    const { status, stdout } = await splitproof(['report', failed]);
    assert.equal(status, 0);
    assert.match(stdout, /\nFAIL /);
  });

  it('reads standard input and writes files', async () => {
    const file = path.join(folder, 'again.json');
    const stdin = readFileSync(path.join(ROOT, SAMPLE), 'utf8');
    const { status } = await splitproof(['report', '-', '-o', file], { stdin });
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(stdin));
  });
});

describe('merge', () => {
  it('joins shards that were sent one after the other and judges the whole', async () => {
    const mesh = await startMesh({
      service: 'greeter',
      versions: [
        { name: 'v1', weight: 75, pods: ['greeter-v1-abcde'] },
        { name: 'v2', weight: 25, pods: ['greeter-v2-fghij'] },
      ],
    });
    const shards = ['one.json', 'two.json'].map((name) => path.join(folder, name));
    try {
      for (const shard of shards) {
        await splitproof([
          ...['verify', mesh.address, 'helloworld.Greeter/SayHello', '--plaintext'],
          ...['--weights', 'v1=60,v2=40', '-n', '700', '-o', shard],
        ]);
      }
    } finally {
      await mesh.close();
    }
    const parts = shards.map((file) => JSON.parse(readFileSync(file, 'utf8')) as RunRecord);
    const { status, record } = await recordOf(['merge', ...shards]);
    assert.equal(record.verdict, 'fail', reasonsOf(record));
    assert.equal(status, 1);
    assert.equal(record.load.sent, 1400);
    const observed = (run: RunRecord): number => run.calls[0]!.split!.destinations[0]!.observed;
    assert.equal(observed(record), observed(parts[0]!) + observed(parts[1]!));
    assert.equal(record.transport.connections.length, 64);
    const text = await splitproof(['merge', ...shards]);
    assert.match(text.stdout, /\nFAIL /);
    assert.match(text.stdout, /1,400 requests/);
  });

  it('has the exit status of the verdict, and --inconclusive changes it', async () => {
    const few = path.join(folder, 'few.json');
    const shard = countedShard({ v1: 6, v2: 4 });
    writeFileSync(few, JSON.stringify(await recordOfRun(askedRun('few'), shard)));
    assert.equal((await splitproof(['merge', few])).status, 3);
    assert.equal((await splitproof(['merge', few, '--inconclusive', 'fail'])).status, 1);
    assert.equal((await splitproof(['merge', few, '--inconclusive', 'pass'])).status, 0);
  });

  it('exits with 4 when nobody ever answered in any shard', async () => {
    const shards = ['none-1.json', 'none-2.json'].map((name) => path.join(folder, name));
    for (const shard of shards) {
      const { status } = await splitproof([
        ...['verify', '127.0.0.1:1', 'helloworld.Greeter/SayHello', '--plaintext'],
        ...['--weights', 'v1=60,v2=40', '-o', shard],
      ]);
      assert.equal(status, 4);
    }
    const { status, record } = await recordOf(['merge', ...shards]);
    assert.equal(status, 4);
    assert.equal(record.verdict, 'inconclusive');
    assert.ok(record.findings.some(({ code }) => code === 'connection-refused'));
  });
});

/** Each: what is wrong, the words, and what the one line must say. */
const BAD_INPUT: [string, string[], RegExp[]][] = [
  ['no record to report', ['report'], [/a word is missing|run/]],
  ['no such file', ['report', 'nope.json'], [/nope\.json/, /no such file/]],
  ['a folder', ['report', 'reports'], [/reports/, /folder/]],
  ['a manifest', ['report', 'scenarios/asm-greeter/app.yaml'], [/app\.yaml/, /not JSON/]],
  ['other JSON', ['report', 'package.json'], [/package\.json/, /not the record of a run/]],
  ['a format that is none', ['report', SAMPLE, '--format', 'pdf'], [/format/]],
  ['an extension that is none', ['report', SAMPLE, '-o', 'x.pdf'], [/x\.pdf/, /\.pdf/]],
  ['no record to merge', ['merge'], [/a word is missing|runs/]],
  ['the same file twice', ['merge', SAMPLE, SAMPLE], [/sample\.json/, /twice/]],
  [
    'another target',
    [
      'merge',
      SAMPLE,
      sampleAs('other.json', (record) => {
        for (const one of [record, record.asked]) {
          Object.assign(one, { target: 'elsewhere:80', runId: 'other' });
        }
      }),
    ],
    [/other\.json/, /another target/, /elsewhere:80/],
  ],
];

describe('report and merge: bad input', () => {
  for (const [what, args, expected] of BAD_INPUT) {
    it(what, async () => {
      const { status, stdout, stderr } = await splitproof(args);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
      for (const pattern of expected) assert.match(stderr, pattern);
    });
  }
});

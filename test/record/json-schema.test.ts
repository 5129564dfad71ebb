import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { recordJsonSchema } from '../../src/record/json-schema.js';
import { runRecordSchema } from '../../src/record/run-record.js';
import { ROOT } from '../fixtures/command.js';
import { askedRun, countedShard, recordOfRun } from './shards.js';

describe('the JSON Schema of run records', () => {
  it('is the one committed; node scripts/record-schema.mjs writes it', () => {
    const file = path.join(ROOT, 'reports/run.schema.json');
    const committed = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    assert.deepEqual(JSON.parse(JSON.stringify(recordJsonSchema())), committed);
  });

  it('takes records, and refuses what is none', async () => {
    const { $id } = recordJsonSchema() as { $id: string };
    assert.equal($id, 'urn:splitproof:run:v1');
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
      JSON.parse(JSON.stringify(recordJsonSchema())) as object,
    );
    const sample = JSON.parse(
      readFileSync(path.join(ROOT, 'reports/sample.json'), 'utf8'),
    ) as object;
    const named = askedRun('a', { labels: { commit: '4f2a9c1' }, scenario: 'shop' });
    const records = [
      sample,
      await recordOfRun(named, countedShard({ v1: 1870, v2: 1219, failed: 100 })),
      await recordOfRun(askedRun('b'), countedShard({ v1: 0, v2: 0 })),
    ];
    for (const record of records) {
      const isOne = validate(JSON.parse(JSON.stringify(record)));
      assert.deepEqual([isOne, validate.errors], [true, null]);
    }
    assert.equal(validate({ ...sample, schema: 'splitproof/run/v2' }), false);
    assert.equal(validate({ ...sample, windows: [{ startSeconds: -1 }] }), false);
  });

  it('has every field of a record', () => {
    const { properties, required } = recordJsonSchema() as {
      properties: Record<string, unknown>;
      required: string[];
    };
    const fields = Object.keys(runRecordSchema.shape).sort();
    assert.deepEqual(Object.keys(properties).sort(), fields);
    // What says that nothing was sent is of such runs alone.
    assert.deepEqual([...required, 'passive'].sort(), fields);
  });
});

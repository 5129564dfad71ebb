import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { recordJsonSchema } from '../../src/record/json-schema.js';
import { runRecordSchema } from '../../src/record/run-record.js';
import { ROOT } from '../fixtures/command.js';

describe('the JSON Schema of run records', () => {
  it('is the one committed; node scripts/record-schema.mjs writes it', () => {
    const file = path.join(ROOT, 'reports/run.schema.json');
    const committed = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    assert.deepEqual(JSON.parse(JSON.stringify(recordJsonSchema())), committed);
  });

  it('has every field of a record', () => {
    const { properties, required } = recordJsonSchema() as {
      properties: Record<string, unknown>;
      required: string[];
    };
    const fields = Object.keys(runRecordSchema.shape).sort();
    assert.deepEqual(Object.keys(properties).sort(), fields);
    assert.deepEqual([...required].sort(), fields);
  });
});

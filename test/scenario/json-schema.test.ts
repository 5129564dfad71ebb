import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.js';
import { settingsSchema } from '../../src/scenario/schema.js';
import { ROOT } from '../fixtures/command.js';

const FILE = 'scenarios/scenario.schema.json';

describe('the JSON Schema of scenarios', () => {
  it('is the one committed; node scripts/scenario-schema.mjs writes it', () => {
    const committed = JSON.parse(readFileSync(path.join(ROOT, FILE), 'utf8')) as unknown;
    assert.deepEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())), committed);
  });

  it('has every setting with its description, and nothing else', () => {
    const { properties, additionalProperties } = scenarioJsonSchema() as {
      properties: Record<string, { description?: string }>;
      additionalProperties: boolean;
    };
    assert.equal(additionalProperties, false);
    assert.deepEqual(Object.keys(properties).sort(), Object.keys(settingsSchema.shape).sort());
    for (const [name, { description }] of Object.entries(properties)) {
      assert.ok(description !== undefined && description !== '', name);
    }
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { EXIT } from '../../src/cli/exit-status.js';
import { ROOT } from '../fixtures/command.js';
import { textOf } from './world/pages.js';

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

const SCHEMA = JSON.parse(
  readFileSync(path.join(ROOT, 'reports/run.schema.json'), 'utf8'),
) as JsonSchema;

/** Fields of a part of the record, whether it may be null or is a list. @param names The way to it. */
function fieldsAt(...names: readonly string[]): string[] {
  const unwrapped = (schema: JsonSchema): JsonSchema => {
    const inner = schema.items ?? schema.anyOf?.find((one) => one.properties ?? one.items);
    return inner === undefined ? schema : unwrapped(inner);
  };
  const part = names.reduce((schema, name) => unwrapped(schema.properties![name]!), SCHEMA);
  return Object.keys(part.properties ?? {});
}

describe('docs/record.md', () => {
  const page = textOf('docs/record.md');
  const named = new Set([...page.matchAll(/`([A-Za-z]+)`/g)].map(([, name]) => name));
  for (const way of [
    [],
    ['calls'],
    ['calls', 'split'],
    ['calls', 'split', 'destinations'],
    ['load'],
    ['transport'],
    ['findings'],
  ]) {
    it(`names every field of ${way.join('.') || 'the record'}`, () => {
      const fields = fieldsAt(...way);
      assert.ok(fields.length > 5);
      assert.deepEqual(
        fields.filter((field) => !named.has(field)),
        [],
      );
    });
  }

  it('names every exit status', () => {
    const [, table = ''] = page.split('## Exit status');
    for (const status of Object.values(EXIT)) {
      assert.match(table, new RegExp(`^\\| (?:\\d+, )?${status}\\b`, 'm'));
    }
  });
});

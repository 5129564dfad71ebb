// Writes the JSON Schemas of scenario and policy files, for editors that check YAML while it is written.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { scenarioJsonSchema } from '../dist/src/scenario/json-schema.js';
import { policyJsonSchema } from '../dist/src/scenario/policy-schema.js';

for (const [name, schema] of [
  ['scenario', scenarioJsonSchema()],
  ['policy', policyJsonSchema()],
]) {
  const file = path.resolve(import.meta.dirname, `../scenarios/${name}.schema.json`);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
}

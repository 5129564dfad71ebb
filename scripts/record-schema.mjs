// Writes the JSON Schemas of run records and of other reports in JSON, for programs that read them.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { recordJsonSchema } from '../dist/src/record/json-schema.js';
import { callJsonSchema } from '../dist/src/report/call-schema.js';
import { explanationJsonSchema } from '../dist/src/report/explanation-schema.js';

for (const [name, schema] of [
  ['run', recordJsonSchema()],
  ['call', callJsonSchema()],
  ['explanation', explanationJsonSchema()],
]) {
  const file = path.resolve(import.meta.dirname, `../reports/${name}.schema.json`);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
}

// Writes the JSON Schema of run records, for programs that read them.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { recordJsonSchema } from '../dist/src/record/json-schema.js';

const file = path.resolve(import.meta.dirname, '../reports/run.schema.json');
writeFileSync(file, `${JSON.stringify(recordJsonSchema(), null, 2)}\n`);

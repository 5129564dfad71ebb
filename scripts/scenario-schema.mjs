// Writes the JSON Schema of scenario files, for editors that check YAML while it is written.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { scenarioJsonSchema } from '../dist/src/scenario/json-schema.js';

const file = path.resolve(import.meta.dirname, '../scenarios/scenario.schema.json');
writeFileSync(file, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);

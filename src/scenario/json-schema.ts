import * as z from 'zod';
import { settingsSchema } from './schema.js';

/** The JSON Schema of a scenario file (draft 2020-12), made of the schema that files are read with. */
export function scenarioJsonSchema(): object {
  return {
    ...z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }),
    title: 'splitproof scenario',
  };
}

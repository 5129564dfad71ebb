import * as z from 'zod';
import { runRecordSchema } from './run-record.js';

/** The JSON Schema of a run record (draft 2020-12), made of the schema that records are read with. */
export function recordJsonSchema(): object {
  return {
    ...z.toJSONSchema(runRecordSchema, { unrepresentable: 'any' }),
    title: 'splitproof run',
  };
}

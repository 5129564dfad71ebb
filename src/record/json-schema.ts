import { formOf } from './json-form.js';
import { runRecordSchema } from './run-record.js';
import { RUN_SCHEMA } from './run-schema.js';

/** The JSON Schema of a run record (draft 2020-12), made of the schema that records are read with. Its
 * `$id` names the form, and with that its version. */
export function recordJsonSchema(): object {
  return formOf(RUN_SCHEMA, 'splitproof run', runRecordSchema);
}

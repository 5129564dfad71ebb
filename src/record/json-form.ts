import * as z from 'zod';

/**
 * A JSON Schema (draft 2020-12) of a report.
 *
 * @param name The form's own, `splitproof/call/v1`: its `$id` says the same.
 */
export function formOf(name: string, title: string, schema: z.ZodType): object {
  return {
    $id: `urn:${name.replaceAll('/', ':')}`,
    ...z.toJSONSchema(schema, { unrepresentable: 'any' }),
    title,
  };
}

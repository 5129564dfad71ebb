import * as z from 'zod';

/** A plain HTTP request, as it stands in a file. */
export const httpSchema = z.strictObject({
  method: z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'write a method such as GET or POST' })
    // Its 2xx would turn the connection into a tunnel.
    .refine((method) => method.toUpperCase() !== 'CONNECT', {
      error: 'CONNECT opens a tunnel: write a method such as GET or POST',
    })
    .optional()
    .describe('GET, or POST where there is a body'),
  path: z
    .string()
    .regex(/^\//, { error: 'a path begins with /' })
    .regex(/^[\x21-\x7e]*$/, {
      error: 'write the path in visible ASCII, other characters as %XX',
    })
    .regex(/^[^#]*$/, { error: 'what follows # is not sent: leave it out, or write # as %23' })
    .optional()
    .describe('Path with its query'),
  headers: z
    .record(z.string(), z.string({ error: 'write the value as a text' }))
    .optional()
    .describe('Request headers'),
  body: z.unknown().optional().describe('A text as it is, or data to be sent as JSON'),
});

/** Settings of a plain HTTP request. */
export type HttpSettings = z.output<typeof httpSchema>;

/** What a request carries. */
export interface Body {
  bytes: Uint8Array;
  /** What it is, where no header says so; null for no body. */
  contentType: string | null;
}

/** The bytes of a body: texts and bytes as they are, anything else as JSON. */
export function bodyOf({ body }: HttpSettings): Body {
  if (body === undefined) return { bytes: new Uint8Array(0), contentType: null };
  // What curl says of data that nothing else is said of.
  const contentType = 'application/x-www-form-urlencoded';
  if (typeof body === 'string') return { bytes: Buffer.from(body), contentType };
  if (body instanceof Uint8Array) return { bytes: body, contentType };
  return { bytes: Buffer.from(JSON.stringify(body)), contentType: 'application/json' };
}

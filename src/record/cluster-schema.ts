import * as z from 'zod';
import { MOST_OBJECTS } from './cluster.js';
import { count } from './record-numbers.js';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** What of a cluster one part of a run has read. */
const state = {
  context: z.string().nullable(),
  server: z.string(),
  namespaces: z.array(z.string()).nullable(),
  digest,
  objectCount: count,
  objects: z
    .array(
      z.object({
        apiVersion: z.string(),
        kind: z.string(),
        namespace: z.string().nullable(),
        name: z.string(),
        resourceVersion: z.string().nullable(),
      }),
    )
    .max(MOST_OBJECTS),
};

/** What was read of a cluster. */
export const cluster = z.object({
  ...state,
  images: z.array(
    z.object({ image: z.string(), digest: digest.nullable(), pods: z.array(z.string()) }),
  ),
  otherStates: z.array(z.object(state)),
});

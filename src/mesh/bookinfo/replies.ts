import type { HttpReply } from '../http-server.js';

/** An answer in JSON. */
export function json(status: number, value: unknown): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}

/** There is nothing under that path. */
export const NOT_FOUND: HttpReply = {
  status: 404,
  headers: { 'content-type': 'text/plain' },
  body: 'not found',
};

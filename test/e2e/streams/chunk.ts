/** What either side takes of one message, in bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** How many messages of a stream are told one by one: tests wait for the first ones alone. */
export const TOLD = 3;

/** A `test.Chunk` with so many bytes of one letter; nothing where there are none. */
export function chunk(bytes: number, letter: string): Buffer {
  return chunkOf(Buffer.alloc(bytes, letter));
}

export function chunkOf(payload: Uint8Array): Buffer {
  if (payload.length === 0) return Buffer.alloc(0);
  const head = [0x0a];
  let left = payload.length;
  for (; left > 0x7f; left >>>= 7) head.push((left & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, left]), payload]);
}

import { createCipheriv, createHash, randomBytes } from 'node:crypto';

/** One draw, uniform on [0, 1). */
export type Random = () => number;

const BUFFERED_DRAWS = 2048;
const DRAW_BYTES = 4;

/**
 * Independent uniform draws from the AES-128-CTR key stream. A seed fixes the key, and so the whole
 * sequence; without one the key comes from the operating system.
 *
 * @param seed Any number; the same seed gives the same draws.
 */
export function randomDraws(seed?: number): Random {
  const key =
    seed === undefined
      ? randomBytes(16)
      : createHash('sha256').update(`mesh split ${seed}`).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(BUFFERED_DRAWS * DRAW_BYTES);
  let draws = zeros;
  let offset = zeros.length;
  return () => {
    if (offset === draws.length) {
      draws = cipher.update(zeros);
      offset = 0;
    }
    const draw = draws.readUInt32LE(offset) / 2 ** 32;
    offset += DRAW_BYTES;
    return draw;
  };
}

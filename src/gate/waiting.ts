import type { ServerResponse } from 'node:http';
import type { Asked } from './desk.js';
import type { Known } from './answer.js';

/**
 * What is known of a question after a while: as soon as it is settled, and not longer than somebody waits for it.
 *
 * @param refresh What is known when the time is over.
 */
export async function knownWithin(
  { known, result }: Asked,
  waitMs: number,
  response: ServerResponse,
  refresh: () => Promise<Known>,
): Promise<Known> {
  if (result === undefined || waitMs <= 0) return known;
  let timer: NodeJS.Timeout | undefined;
  let leave: () => void = () => undefined;
  const over = new Promise<null>((resolve) => {
    leave = () => {
      resolve(null);
    };
    timer = setTimeout(leave, waitMs);
    response.once('close', leave);
  });
  try {
    return (await Promise.race([result, over])) ?? (await refresh());
  } finally {
    clearTimeout(timer);
    response.off('close', leave);
  }
}

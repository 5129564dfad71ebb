import type { CallEnd, RawAnswer } from '../../call/answer.js';
import type { Connection, ConnectionEvents } from './transport.js';

/** What came of a request. */
export interface Sent<T> {
  /** Read from its answer; null where none came. */
  answer: T | null;
  /** Why none did; empty where one came. */
  trouble: string;
  /** Whether any of it was sent. */
  isSent: boolean;
}

const SLOT = 0;

/**
 * Sends some requests on a connection of their own, one after the other. Takes no longer than their
 * deadlines.
 *
 * @param dial Opens the connection.
 * @param requests How many there are.
 * @param read Reads an answer, which is valid only meanwhile.
 * @param goesOn Whether the next is sent after such an answer.
 */
export async function sendInTurn<T>(
  dial: (events: ConnectionEvents) => Promise<Connection>,
  requests: number,
  read: (answer: RawAnswer) => T,
  goesOn: (answer: T) => boolean,
): Promise<Sent<T>[]> {
  const seen: { latest: T | null } = { latest: null };
  let onEnd: (end: CallEnd) => void = () => undefined;
  const connection = await dial({
    onAnswer: (_, answer) => {
      seen.latest = read(answer);
    },
    onEnd: (_, end) => {
      onEnd(end);
    },
    onRoom: () => undefined,
  });
  const sent: Sent<T>[] = [];
  try {
    for (let call = 0; call < requests; call++) {
      seen.latest = null;
      const ended = new Promise<string>((resolve) => {
        onEnd = ({ cause }) => {
          resolve(cause);
        };
      });
      const isSent = connection.call(SLOT, call, 0) === 'started';
      const cause = isSent
        ? await ended
        : (connection.trouble ?? 'the connection takes no request');
      const answer = seen.latest as T | null;
      sent.push({ answer, trouble: answer === null ? cause : '', isSent });
      if (answer === null || !goesOn(answer)) break;
    }
  } finally {
    await connection.close();
  }
  return sent;
}

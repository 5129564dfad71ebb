import { check, feed } from '../../wire/fed-session.js';
import { divided } from '../pieces.js';

/** What a peer sends on a connection of HTTP/2: whatever it is, every call ends once. */
export function fuzz(data: Buffer): void {
  const { pieces, bytes } = divided(data);
  check(feed(bytes, pieces));
}

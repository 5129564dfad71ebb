import type { Socket } from 'node:net';

/** Of HTTP/2's connection preface; no method of HTTP/1.1 begins like it. */
const PREFACE = 'PRI';

/** What takes over connections by what is spoken on them. */
interface Speakers {
  http1: { emit(event: 'connection', socket: Socket): boolean };
  http2: { emit(event: 'connection', socket: Socket): boolean };
}

/**
 * Hands a connection in plaintext to what speaks its protocol, told by its first bytes (RFC 9113,
 * section 3.3).
 */
export function byPreface(socket: Socket, speakers: Speakers): void {
  const start = socket.read(PREFACE.length) as Buffer | null;
  if (start === null) {
    // It ends before it says what it speaks.
    if (socket.readableEnded) socket.destroy();
    else
      socket.once('readable', () => {
        byPreface(socket, speakers);
      });
    return;
  }
  socket.unshift(start);
  const isHttp2 = start.toString('latin1') === PREFACE;
  (isHttp2 ? speakers.http2 : speakers.http1).emit('connection', socket);
}

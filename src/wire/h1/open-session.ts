import { type ConnectOptions, connectSocket } from '../socket/connect.js';
import { DEFAULT_LIMITS, type ResponseLimits } from './response-limits.js';
import { Session, type SessionEvents } from './session.js';

export interface OpenSessionOptions extends Omit<ConnectOptions, 'readInto' | 'alpn'> {
  /** Bounds that differ from {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<ResponseLimits>;
}

/** All sessions of a thread read into it, each before the next: what is to last is copied. */
let readBuffer: Buffer | null = null;
const READ_BUFFER_BYTES = 64 * 1024;

/**
 * Connects and opens an HTTP/1.1 session. TLS offers ALPN `http/1.1` alone; a peer without ALPN is
 * taken at its word when it answers.
 *
 * @param events Told about the session from then on.
 * @throws ConnectError (as rejection) when no session comes to be.
 */
export async function openSession(
  { limits, ...options }: OpenSessionOptions,
  events: SessionEvents,
): Promise<Session> {
  let session: Session | null = null;
  /** What came before the session took over: no request asked for it. */
  const early: Buffer[] = [];
  readBuffer ??= Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  const socket = await connectSocket({
    ...options,
    alpn: ['http/1.1'],
    readInto: {
      buffer: readBuffer,
      callback: (length, buffer) => {
        if (session !== null) session.receive(buffer, length);
        else if (early.length === 0) early.push(Buffer.from(buffer.subarray(0, length)));
        return true;
      },
    },
  });
  const opened = new Session(socket, { ...DEFAULT_LIMITS, ...limits }, events);
  session = opened;
  const [bytes] = early;
  // The owner does not know the session yet.
  if (bytes !== undefined)
    setImmediate(() => {
      opened.receive(bytes, bytes.length);
    });
  // Without it the end of the stream would not be told.
  socket.resume();
  return opened;
}

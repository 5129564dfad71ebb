import { describeCloseCause } from './close-cause.js';
import { ConnectError, connectErrorFrom } from '../socket/connect-error.js';
import { type ConnectOptions, connectSocket } from '../socket/connect.js';
import { recogniseGreeting } from './greeting.js';
import { greetingError } from './probe.js';
import { DEFAULT_LIMITS, type SessionLimits } from './session-limits.js';
import type { SessionEvents } from './session-events.js';
import { Session } from './session.js';

export interface OpenSessionOptions extends Omit<ConnectOptions, 'readInto'> {
  /** Bounds that differ from {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<SessionLimits>;
}

/** All sessions of a thread read into it, each before the next: what is to last is copied. */
let readBuffer: Buffer | null = null;
const READ_BUFFER_BYTES = 64 * 1024;

/**
 * Connects and opens an HTTP/2 session; resolves when the peer's SETTINGS are known and streams can
 * be opened. The connect timeout covers connection, TLS handshake and SETTINGS.
 * @param events Told about the session from then on.
 * @throws ConnectError (as rejection) when no session comes to be.
 */
export async function openSession(
  options: OpenSessionOptions,
  events: SessionEvents = {},
): Promise<Session> {
  const { endpoint, tls, timeoutMs, signal } = options;
  const startedAt = performance.now();
  const greeter = new Greeter();
  readBuffer ??= Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  const socket = await connectSocket({
    endpoint,
    tls,
    timeoutMs,
    signal,
    readInto: {
      buffer: readBuffer,
      callback: (length, buffer) => {
        greeter.receive(buffer, length);
        return true;
      },
    },
  });
  return await new Promise<Session>((resolve, reject) => {
    const remainingMs = Math.max(1, timeoutMs - (performance.now() - startedAt));
    const timer = setTimeout(() => {
      fail(new ConnectError('silent', endpoint));
    }, remainingMs);
    const onAbort = (): void => {
      fail(new ConnectError('interrupted', endpoint));
    };
    signal?.addEventListener('abort', onAbort);
    let progress: 'opening' | 'open' | 'failed' = 'opening';
    const settled = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: ConnectError): void => {
      if (progress !== 'opening') return;
      progress = 'failed';
      settled();
      socket.destroy();
      reject(error);
    };
    // TLS 1.3 reports a rejected client certificate only now, as an error while reading.
    socket.on('error', (error) => {
      fail(connectErrorFrom(error, endpoint));
    });
    const session: Session = new Session(
      socket,
      { ...DEFAULT_LIMITS, ...options.limits },
      {
        ...events,
        onSettings: (maxConcurrentStreams) => {
          if (progress === 'failed') return;
          if (progress === 'opening') {
            progress = 'open';
            settled();
            resolve(session);
          }
          events.onSettings?.(maxConcurrentStreams);
        },
        onClosed: (cause) => {
          if (progress === 'open') events.onClosed?.(cause);
          else fail(new ConnectError('closed', endpoint, describeCloseCause(cause)));
        },
      },
    );
    greeter.start(session, (greeting, bytes) => {
      fail(greetingError(greeting, endpoint, bytes));
    });
    socket.resume();
  });
}

/** Holds back the first bytes until they show that the peer speaks HTTP/2. */
class Greeter {
  private session: Session | null = null;
  private onOther: (greeting: 'http1' | 'tls' | 'other', bytes: Uint8Array) => void = () =>
    undefined;
  private held: Buffer | null = Buffer.alloc(0);

  start(session: Session, onOther: Greeter['onOther']): void {
    this.session = session;
    this.onOther = onOther;
    if (this.held !== null && this.held.length > 0) this.decide(this.held);
  }

  receive(chunk: Uint8Array, length: number): void {
    if (this.held === null) {
      this.session!.receive(chunk, length);
      return;
    }
    // `chunk` is reused by the next read, so what is held is a copy.
    this.held = Buffer.concat([this.held, chunk.subarray(0, length)]);
    this.decide(this.held);
  }

  private decide(bytes: Buffer): void {
    if (this.session === null) return;
    const greeting = recogniseGreeting(bytes);
    if (greeting === 'undecided') return;
    if (greeting !== 'http2') {
      this.onOther(greeting, bytes);
      return;
    }
    this.held = null;
    this.session.receive(bytes, bytes.length);
  }
}

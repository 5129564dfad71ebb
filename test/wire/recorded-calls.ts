import type { CloseCause } from '../../src/wire/h2/close-cause.js';
import type { TlsOptions } from '../../src/wire/socket/tls-options.js';
import type { Endpoint } from '../../src/wire/socket/endpoint.js';
import type { MetadataEntry } from '../../src/wire/grpc/request.js';
import { openSession } from '../../src/wire/h2/open-session.js';
import type { ReplyKind } from '../../src/wire/grpc/reply.js';
import type { SessionLimits } from '../../src/wire/h2/session-limits.js';
import type { Session } from '../../src/wire/h2/session.js';
import { UnaryCalls } from '../../src/wire/grpc/unary.js';

/** A copy of a reply that outlives its callback. */
export interface Outcome {
  readonly slot: number;
  readonly kind: ReplyKind;
  readonly grpcStatus: number;
  readonly httpStatus: number;
  readonly message: Buffer;
  readonly statusMessage: string;
  readonly resetCode: number;
  readonly headers: [string, string][];
  readonly trailers: [string, string][];
}

export interface CallOptions {
  readonly tls?: TlsOptions | null;
  readonly limits?: Partial<SessionLimits>;
  readonly maxResponseBytes?: number;
  readonly timeoutMs?: number;
  readonly onGoaway?: (lastStreamId: number, code: number, debug: string) => void;
}

/** A session with unary calls whose outcomes are recorded. */
export class RecordedCalls {
  readonly outcomes: Outcome[] = [];
  readonly session: Session;
  readonly calls: UnaryCalls;
  accepted = 0;
  private readonly waiting: { count: number; resolve: () => void }[] = [];
  readonly closed: Promise<CloseCause>;
  writable = 0;

  private constructor(
    session: Session,
    closed: Promise<CloseCause>,
    maxResponseBytes: number | undefined,
  ) {
    this.session = session;
    this.closed = closed;
    this.calls = new UnaryCalls(
      session,
      (slot, reply) => {
        const fields = (of: typeof reply.headers): [string, string][] =>
          of === null ? [] : of.names.map((name, index) => [name, of.values[index]!]);
        this.outcomes.push({
          slot,
          kind: reply.kind,
          grpcStatus: reply.grpcStatus,
          httpStatus: reply.httpStatus,
          message: Buffer.from(reply.bytes.subarray(reply.start, reply.end)),
          statusMessage: reply.statusMessage,
          resetCode: reply.resetCode,
          headers: fields(reply.headers),
          trailers: fields(reply.trailers),
        });
        for (const { count, resolve } of this.waiting) {
          if (this.outcomes.length >= count) resolve();
        }
      },
      maxResponseBytes,
    );
  }

  static async open(endpoint: Endpoint, options: CallOptions = {}): Promise<RecordedCalls> {
    let onClosed: (cause: CloseCause) => void = () => undefined;
    const closed = new Promise<CloseCause>((resolve) => (onClosed = resolve));
    let recorded: RecordedCalls | undefined = undefined;
    const session = await openSession(
      {
        endpoint,
        tls: options.tls ?? null,
        timeoutMs: options.timeoutMs ?? 5000,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
      },
      {
        onClosed,
        onWritable: () => {
          if (recorded !== undefined) recorded.writable++;
        },
        ...(options.onGoaway === undefined ? {} : { onGoaway: options.onGoaway }),
      },
    );
    recorded = new RecordedCalls(session, closed, options.maxResponseBytes);
    return recorded;
  }

  /** Makes one call on a slot; counts it when it was accepted. */
  call(
    slot: number,
    message: Uint8Array = Buffer.from('hello'),
    metadata: readonly MetadataEntry[] = [],
    path = '/test.Echo/Echo',
  ): boolean {
    const request = this.calls.prepare({
      path,
      authority: 'echo.test',
      scheme: 'http',
      message,
      metadata,
    });
    const isAccepted = this.calls.call(request, slot);
    if (isAccepted) this.accepted++;
    return isAccepted;
  }

  /** Waits until so many calls have ended. */
  async ended(count: number): Promise<Outcome[]> {
    if (this.outcomes.length < count) {
      await new Promise<void>((resolve) => this.waiting.push({ count, resolve }));
    }
    return this.outcomes;
  }
}

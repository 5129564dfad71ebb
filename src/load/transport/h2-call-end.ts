import { GRPC_STATUS_NAMES, GrpcStatus } from '../../wire/grpc/status.js';
import type { Reply } from '../../wire/grpc/reply.js';
import type { CallEnd, CallEndKind } from './caller.js';

const NO_BYTES = new Uint8Array(0);

/** The end of a call on a session; one object, filled anew for each. */
export class H2CallEnd implements CallEnd {
  kind: CallEndKind = 'ok';
  status = 'OK';
  cause = '';
  buffer: Uint8Array = NO_BYTES;
  messageStart = 0;
  messageEnd = 0;
  #reply: Reply | null = null;

  /** Takes over what came of a call. */
  answered(reply: Reply): this {
    this.#reply = reply;
    this.buffer = reply.bytes;
    this.messageStart = reply.start;
    this.messageEnd = reply.end;
    if (reply.grpcStatus === GrpcStatus.OK) {
      this.kind = 'ok';
      this.status = 'OK';
      this.cause = '';
      return this;
    }
    this.kind = kindOf(reply);
    this.status = GRPC_STATUS_NAMES[reply.grpcStatus]!;
    this.cause = reply.statusMessage;
    return this;
  }

  /** Makes it a call that came to nothing on this side. */
  without(kind: CallEndKind, status: string, cause: string): this {
    this.#reply = null;
    this.buffer = NO_BYTES;
    this.messageStart = 0;
    this.messageEnd = 0;
    this.kind = kind;
    this.status = status;
    this.cause = cause;
    return this;
  }

  header(name: string): string | undefined {
    return this.#reply?.header(name);
  }

  trailer(name: string): string | undefined {
    return this.#reply?.trailer(name);
  }
}

function kindOf(reply: Reply): CallEndKind {
  if (reply.kind === 'refused') return 'unprocessed';
  return reply.grpcStatus === GrpcStatus.DEADLINE_EXCEEDED ? 'timedOut' : 'failed';
}

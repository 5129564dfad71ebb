import {
  type AnswerFields,
  type CallEnd,
  type CallEndKind,
  NO_STATUS,
  type RawAnswer,
} from '../../call/answer.js';
import {
  decodeGrpcMessage,
  GrpcStatus,
  parseGrpcStatus,
  statusFromHttp,
} from '../../wire/grpc/status.js';
import { WebBody, type WebBodyVerdict } from '../../wire/grpc-web/body.js';
import type { WebTrailers } from '../../wire/grpc-web/trailers.js';
import type { ReadsHttp } from './reads-http.js';

const NO_BYTES = new Uint8Array(0);
const HTTP_OK = 200;
const WEB_TYPE = 'application/grpc-web';
const TEXT_TYPE = 'application/grpc-web-text';
/** So much of a content type is enough to recognise it. */
const MAX_TYPE_LENGTH = 64;

/**
 * What an HTTP answer says as one of gRPC-Web: its message, and the status and trailers in its body. One
 * object, filled anew for each.
 */
export class WebAnswer implements ReadsHttp {
  kind: CallEndKind = 'answered';
  status = NO_STATUS;
  cause = '';
  buffer: Uint8Array = NO_BYTES;
  messageStart = 0;
  messageEnd = 0;
  readonly #body = new WebBody();
  #http: RawAnswer | null = null;
  #trailers: WebTrailers | null = null;
  #isTrailersOnly = false;
  /** Whether it is the answer of something that does not speak the protocol. */
  #isForeign = false;

  from(http: RawAnswer): this {
    this.#http = http;
    this.#trailers = null;
    this.#isTrailersOnly = false;
    this.#isForeign = false;
    this.kind = 'answered';
    this.cause = '';
    this.#withoutMessage();
    const type = http.header('content-type') ?? '';
    if (http.status !== HTTP_OK || !type.startsWith(WEB_TYPE)) this.#foreign(type, http);
    else this.#read(http, type.startsWith(TEXT_TYPE));
    return this;
  }

  endingAs({ cause }: CallEnd): this {
    if (this.#isForeign && cause !== '') this.cause = cause;
    return this;
  }

  fromEnd({ kind, cause }: CallEnd): this {
    this.kind = kind;
    this.status = NO_STATUS;
    this.cause = cause;
    return this;
  }

  fromPart(http: RawAnswer): this {
    this.#http = http;
    this.#trailers = null;
    this.#isTrailersOnly = false;
    this.status = NO_STATUS;
    this.#withoutMessage();
    return this;
  }

  header(name: string): string | undefined {
    return this.#http?.header(name);
  }

  trailer(name: string): string | undefined {
    if (this.#isTrailersOnly) return this.#http?.header(name);
    return this.#trailers?.get(name) ?? this.#http?.trailer(name);
  }

  fields(): AnswerFields {
    const { headers = [], trailers = [] } = this.#http?.fields?.() ?? {};
    return { headers, trailers: [...(this.#trailers?.fields ?? []), ...trailers] };
  }

  #withoutMessage(): void {
    this.buffer = NO_BYTES;
    this.messageStart = 0;
    this.messageEnd = 0;
  }

  #takeMessage(): void {
    this.buffer = this.#body.bytes;
    this.messageStart = this.#body.start;
    this.messageEnd = this.#body.end;
  }

  #read({ buffer, messageStart, messageEnd }: RawAnswer, isText: boolean): void {
    const body = this.#body;
    const verdict = isText
      ? body.readText(buffer, messageStart, messageEnd)
      : body.read(buffer, messageStart, messageEnd);
    this.#trailers = body.trailers;
    const status = body.trailers?.grpcStatus ?? NO_STATUS;
    if (status === GrpcStatus.OK && verdict === 'one') {
      this.status = GrpcStatus.OK;
      this.#takeMessage();
    } else {
      this.#readFailure(verdict, status);
    }
  }

  /** @param inBody The status in the body; {@link NO_STATUS} where there is none. */
  #readFailure(verdict: WebBodyVerdict, inBody: number): void {
    // An answer of a status alone may have it among its headers.
    const inHeaders = inBody === NO_STATUS ? this.#http?.header('grpc-status') : undefined;
    this.#isTrailersOnly = inHeaders !== undefined;
    const status = inHeaders === undefined ? inBody : parseGrpcStatus(inHeaders);
    if (status > GrpcStatus.OK) {
      this.#fail(status, this.#messageOfStatus());
    } else if (status === NO_STATUS) {
      this.kind = 'broken';
      this.#fail(
        GrpcStatus.INTERNAL,
        CAUSES_OF_NONE[verdict] ?? 'the response ended without grpc-status',
      );
    } else if (verdict === 'one') {
      // Whole, and its status stands among the headers.
      this.status = GrpcStatus.OK;
      this.#takeMessage();
    } else {
      const { status: mapped, cause } = UNFIT_BODY[verdict];
      this.#fail(mapped, cause);
    }
  }

  /** An answer of something that does not speak gRPC-Web, whatever its body is. */
  #foreign(type: string, http: RawAnswer): void {
    const { status } = http;
    const own = http.header('grpc-status');
    if (own !== undefined && parseGrpcStatus(own) !== GrpcStatus.OK) {
      this.#isTrailersOnly = true;
      this.#fail(parseGrpcStatus(own), this.#messageOfStatus());
    } else if (status === HTTP_OK) {
      const shown = type.slice(0, MAX_TYPE_LENGTH);
      this.#fail(GrpcStatus.UNKNOWN, `content-type "${shown}" instead of ${WEB_TYPE}`);
    } else {
      this.#isForeign = true;
      this.#fail(statusFromHttp(status), `HTTP status ${status} without grpc-status`);
    }
  }

  #messageOfStatus(): string {
    return decodeGrpcMessage(this.trailer('grpc-message') ?? '');
  }

  #fail(status: number, cause: string): void {
    this.status = status;
    this.cause = cause;
  }
}

/** An OK status needs exactly one message; the codes are those gRPC implementations report. */
const UNFIT_BODY = {
  none: { status: GrpcStatus.UNIMPLEMENTED, cause: 'status OK without a message' },
  several: { status: GrpcStatus.UNIMPLEMENTED, cause: 'several messages to a unary call' },
  cut: { status: GrpcStatus.INTERNAL, cause: 'the response ended inside a message' },
  compressed: {
    status: GrpcStatus.INTERNAL,
    cause: 'a compressed message, which was not asked for',
  },
  malformed: {
    status: GrpcStatus.INTERNAL,
    cause: 'the body is not one of gRPC-Web: no base64, or more behind its trailers',
  },
} as const;

/** Why there is no status, where the body says more than that it has none. */
const CAUSES_OF_NONE: Readonly<Partial<Record<WebBodyVerdict, string>>> = {
  cut: UNFIT_BODY.cut.cause,
  compressed: UNFIT_BODY.compressed.cause,
  malformed: UNFIT_BODY.malformed.cause,
};

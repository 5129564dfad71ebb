import type { HpackWriter } from './hpack-writer.js';
import { FLAG, FRAME, frame } from './http2-frame.js';
import { WEB_TYPES, type WebForm } from './web-body.js';

export type Fields = readonly (readonly [name: string, value: string])[];

/** A request with a message is gRPC's; one without a body is plain HTTP. */
export type CannedKind = 'grpc' | 'plain';

/** What every request is answered with, decided anew for each. */
export interface CannedReplies {
  /** By kind, equally many: gRPC messages without their prefix, and JSON; `pick` chooses among them. */
  contents: Readonly<Record<CannedKind, readonly Buffer[]>>;
  /** Index of the content for the next request. */
  pick: () => number;
  /**
   * Response headers besides `:status` and `content-type`, for the next request. The same array for
   * the same headers: what it becomes on the wire is remembered by its identity.
   */
  headers: () => Fields;
  /** The form in which requests with a message are of gRPC-Web: their contents are whole bodies then. */
  web: WebForm | null;
  /** SETTINGS_MAX_CONCURRENT_STREAMS. */
  maxConcurrentStreams: number;
}

/** HEADERS, DATA and, of gRPC, trailers of one answer, for stream 0: the stream is patched in. */
export interface CannedResponse {
  bytes: Buffer;
  /** Where the frame headers name the stream. */
  streamAt: readonly number[];
  /** What it takes from the flow-control window. */
  dataBytes: number;
}

const STREAM_OFFSET = 5;
const GRPC_PREFIX_BYTES = 5;
const GRPC_TYPE = ['content-type', 'application/grpc'] as const;
const JSON_TYPE = ['content-type', 'application/json'] as const;
const TRAILERS = [['grpc-status', '0']] as const;

/** Builds the answers of one connection, and keeps those that are still valid. */
export class CannedResponses {
  private readonly replies: CannedReplies;
  private readonly hpack: HpackWriter;
  private kept = keptNone();
  private keptGeneration = 0;

  constructor(replies: CannedReplies, hpack: HpackWriter) {
    this.replies = replies;
    this.hpack = hpack;
  }

  /** The answer to the next request. It must be sent: the header table has moved on. */
  next(kind: CannedKind): CannedResponse {
    const { hpack, replies } = this;
    if (hpack.generation !== this.keptGeneration) {
      this.kept = keptNone();
      this.keptGeneration = hpack.generation;
    }
    const fields = replies.headers();
    const index = replies.pick();
    const kept = this.kept[kind];
    const known = kept.get(fields)?.[index];
    if (known) return known;
    const content = replies.contents[kind][index]!;
    const built = this.built(kind, fields, content);
    // A block that changed the table is right only once.
    if (hpack.generation === this.keptGeneration) {
      const forFields = kept.get(fields) ?? [];
      forFields[index] = built;
      kept.set(fields, forFields);
    }
    return built;
  }

  private built(kind: CannedKind, fields: Fields, content: Buffer): CannedResponse {
    if (kind === 'plain') return this.plain([JSON_TYPE, ...fields], content);
    const { web } = this.replies;
    return web === null
      ? this.grpc(fields, content)
      : this.plain([['content-type', WEB_TYPES[web]], ...fields], content);
  }

  private plain(fields: Fields, content: Buffer): CannedResponse {
    const headerBlock = this.hpack.block(fields, true);
    const head = frame(FRAME.headers, FLAG.endHeaders, 0, headerBlock);
    return {
      bytes: Buffer.concat([head, frame(FRAME.data, FLAG.endStream, 0, content)]),
      streamAt: [STREAM_OFFSET, head.length + STREAM_OFFSET],
      dataBytes: content.length,
    };
  }

  private grpc(fields: Fields, message: Buffer): CannedResponse {
    const data = Buffer.alloc(GRPC_PREFIX_BYTES + message.length);
    data.writeUInt32BE(message.length, 1);
    message.copy(data, GRPC_PREFIX_BYTES);
    const headerBlock = this.hpack.block([GRPC_TYPE, ...fields], true);
    const head = frame(FRAME.headers, FLAG.endHeaders, 0, headerBlock);
    const body = frame(FRAME.data, 0, 0, data);
    const trailerBlock = this.hpack.block(TRAILERS, false);
    const end = frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 0, trailerBlock);
    const bodyAt = head.length;
    const endAt = bodyAt + body.length;
    return {
      bytes: Buffer.concat([head, body, end]),
      streamAt: [STREAM_OFFSET, bodyAt + STREAM_OFFSET, endAt + STREAM_OFFSET],
      dataBytes: data.length,
    };
  }
}

function keptNone(): Record<CannedKind, Map<Fields, (CannedResponse | undefined)[]>> {
  return { grpc: new Map(), plain: new Map() };
}

import type { HpackWriter } from './hpack-writer.js';
import { FLAG, FRAME, frame } from './http2-frame.js';

export type Fields = readonly (readonly [name: string, value: string])[];

/** What every request is answered with, decided anew for each. */
export interface CannedReplies {
  /** gRPC messages without their prefix; `pick` chooses among them. */
  messages: readonly Buffer[];
  /** Index of the message for the next request. */
  pick: () => number;
  /**
   * Response headers besides `:status` and `content-type`, for the next request. The same array for
   * the same headers: what it becomes on the wire is remembered by its identity.
   */
  headers: () => Fields;
  /** SETTINGS_MAX_CONCURRENT_STREAMS. */
  maxConcurrentStreams: number;
}

/** HEADERS, DATA and trailers of one answer, for stream 0: the stream is patched in. */
export interface CannedResponse {
  bytes: Buffer;
  /** Where the three frame headers name the stream. */
  streamAt: readonly [number, number, number];
  /** What it takes from the flow-control window. */
  dataBytes: number;
}

const STREAM_OFFSET = 5;
const GRPC_PREFIX_BYTES = 5;
const CONTENT_TYPE = ['content-type', 'application/grpc'] as const;
const TRAILERS = [['grpc-status', '0']] as const;

/** Builds the answers of one connection, and keeps those that are still valid. */
export class CannedResponses {
  private readonly replies: CannedReplies;
  private readonly hpack: HpackWriter;
  private kept = new Map<Fields, (CannedResponse | undefined)[]>();
  private keptGeneration = 0;

  constructor(replies: CannedReplies, hpack: HpackWriter) {
    this.replies = replies;
    this.hpack = hpack;
  }

  /** The answer to the next request. It must be sent: the header table has moved on. */
  next(): CannedResponse {
    const { hpack, replies } = this;
    if (hpack.generation !== this.keptGeneration) {
      this.kept = new Map();
      this.keptGeneration = hpack.generation;
    }
    const fields = replies.headers();
    const index = replies.pick();
    const known = this.kept.get(fields)?.[index];
    if (known) return known;
    const built = this.build(fields, index);
    // A block that changed the table is right only once.
    if (hpack.generation === this.keptGeneration) {
      const forFields = this.kept.get(fields) ?? [];
      forFields[index] = built;
      this.kept.set(fields, forFields);
    }
    return built;
  }

  private build(fields: Fields, index: number): CannedResponse {
    const message = this.replies.messages[index]!;
    const data = Buffer.alloc(GRPC_PREFIX_BYTES + message.length);
    data.writeUInt32BE(message.length, 1);
    message.copy(data, GRPC_PREFIX_BYTES);
    const headerBlock = this.hpack.block([CONTENT_TYPE, ...fields], true);
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

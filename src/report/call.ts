import type { CallRecord, FindingRecord, RunRecord } from '../record/run-record.js';

/** Version of the form of one call in JSON. */
export const CALL_SCHEMA = 'splitproof/call/v1';

/** What came of one call. */
export interface CallReport {
  schema: typeof CALL_SCHEMA;
  target: string;
  /** `pkg.Service/Method`, or the method and path of plain HTTP. */
  call: string;
  /** The method in protobuf's language, `rpc SayHello ( .pkg.A ) returns ( .pkg.B );`; null where there is none. */
  definition: string | null;
  /** What is sent before any message, as far as routes look at it: pseudo-headers, the protocol's own, those given. */
  sent: Fields;
  /** The route that it takes by the manifests; null where none were given. */
  route: CallRecord['route'];
  end: RunRecord['end'];
  /** Whether the answer is what a caller hopes for. */
  isOk: boolean;
  /** `OK`, `UNAVAILABLE`, `200`; null where nothing was sent. */
  status: string | null;
  /** Why it failed, in the peer's or the system's words; null where it did not. */
  cause: string | null;
  /** From when it was sent to its end, in ms; null where it has none. */
  durationMs: number | null;
  /** The destination that answered; a pod by itself where nothing says which there are. null: not known. */
  destination: string | null;
  /** Whether that is one the route sends traffic to; null where either is not known. */
  isRouted: boolean | null;
  /** null: none came. */
  answer: ReportedAnswer | null;
  /** What a run concluded from it. */
  reasons: string[];
  findings: FindingRecord[];
}

/** Headers, trailers: in their order. Values of secret ones are masked; those of `-bin` are base64. */
export type Fields = [name: string, value: string][];

/** One of the messages that a server adds to the status of a failed call. */
export interface ReportedDetail {
  /** Its full name: `google.rpc.ErrorInfo`. */
  type: string;
  /** Protobuf's JSON form of it; null where the type is not known, or it cannot be read. */
  value: unknown;
  bytes: number;
}

/** The messages of a stream. */
export interface ReportedStream {
  /** How many came, and their bytes. */
  received: number;
  receivedBytes: number;
  /** The first of them, in their order: as many as are kept. */
  messages: Pick<ReportedAnswer, 'reply' | 'replyBytes'>[];
}

/** Everything that an answer says. */
export interface ReportedAnswer {
  headers: Fields;
  trailers: Fields;
  /** What the server adds to the status of a failed call; null where it adds nothing that can be read. */
  details: ReportedDetail[] | null;
  /** JSON of a message, or the text of a body; null where there is none, or it cannot be read. Of a stream the first. */
  reply: string | null;
  /** Of the reply as it came. */
  replyBytes: number;
  /** What came on a stream; null where the method does not stream its answers. */
  stream: ReportedStream | null;
  /** Who gave it, by its own word; null where it does not say. */
  identity: string | null;
}

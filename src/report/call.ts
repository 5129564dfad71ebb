import type { CallRecord, FindingRecord, RunRecord } from '../record/run-record.js';

/** Version of the form of one call in JSON. */
export const CALL_SCHEMA = 'splitproof/call/v1';

/** What came of one call. */
export interface CallReport {
  schema: typeof CALL_SCHEMA;
  target: string;
  /** `pkg.Service/Method`, or the method and path of plain HTTP. */
  call: string;
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
  /** null: none came. */
  answer: ReportedAnswer | null;
  /** What a run concluded from it. */
  reasons: string[];
  findings: FindingRecord[];
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
  /** In their order. Values of secret ones are masked. */
  headers: [name: string, value: string][];
  trailers: [name: string, value: string][];
  /** JSON of a message, or the text of a body; null where there is none, or it cannot be read. Of a stream the first. */
  reply: string | null;
  /** Of the reply as it came. */
  replyBytes: number;
  /** What came on a stream; null where the method does not stream its answers. */
  stream: ReportedStream | null;
  /** Who gave it, by its own word; null where it does not say. */
  identity: string | null;
}

import type { IdentitySpec } from '../identity.js';
import type { ReplyContract } from './reply-contract.js';

/** What it takes to read the answers of a gRPC call. */
export interface GrpcAnswers {
  kind: 'grpc';
  identity: IdentitySpec;
  reply: ReplyContract;
  /** The list in the reply each of whose texts is an answer of its own; absent: the reply is one. */
  entries?: string;
}

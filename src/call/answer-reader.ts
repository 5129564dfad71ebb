import type { RawAnswer } from './answer.js';
import { replyDecoder, type ReplyContract } from './grpc/reply-contract.js';
import { type Identity, identityReader, type IdentitySource } from './identity.js';

/** What it takes to read the answers of a call. Plain data: it travels to worker threads. */
export interface AnswerFormat {
  kind: 'grpc';
  identity: IdentitySource;
  reply: ReplyContract;
}

/** Reads who gave an answer. */
export interface AnswerReader {
  /** Whether that depends on the message's bytes alone: equal ones need to be read once. */
  readonly dependsOnMessage: boolean;
  /** @returns undefined when the answer does not say. */
  identify(answer: RawAnswer): Identity | undefined;
}

/** Compiles a format to its reader. */
export function answerReader({ identity, reply }: AnswerFormat): AnswerReader {
  const read = identityReader(identity);
  const decode = replyDecoder(reply);
  return {
    dependsOnMessage: !['header', 'trailer', 'none'].includes(identity.kind),
    identify: (answer) =>
      read({
        message: () =>
          answer.messageEnd > answer.messageStart
            ? decode(answer.buffer.subarray(answer.messageStart, answer.messageEnd))
            : undefined,
        header: (name) => answer.header(name),
        trailer: (name) => answer.trailer(name),
      }),
  };
}

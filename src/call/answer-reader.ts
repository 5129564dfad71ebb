import type { RawAnswer } from './answer.js';
import type { GrpcAnswers } from './grpc/answers.js';
import type { HttpAnswers } from './http/answers.js';
import { replyDecoder } from './grpc/reply-contract.js';
import { bodyText } from './http/body.js';
import { type DecodeMessage, type Identity, identityReader } from './identity.js';
import { loadPatternEngine } from './pattern.js';

/** What it takes to read the answers of a call. Plain data: it travels to worker threads. */
export type AnswerFormat = GrpcAnswers | HttpAnswers;

/** What decodes answers for those who look for identities in them, by kind. */
const DECODERS: {
  [K in AnswerFormat['kind']]: (format: Extract<AnswerFormat, { kind: K }>) => DecodeMessage;
} = {
  grpc: ({ reply }) => replyDecoder(reply),
  http: () => bodyText,
};

function decoderOf(format: AnswerFormat): DecodeMessage {
  return format.kind === 'grpc' ? DECODERS.grpc(format) : DECODERS.http(format);
}

/** Reads who gave an answer. */
export interface AnswerReader {
  /** Whether that depends on the message's bytes alone: equal ones need to be read once. */
  readonly dependsOnMessage: boolean;
  /** @returns undefined when the answer does not say. */
  identify(answer: RawAnswer): Identity | undefined;
}

/** Loads what reading some formats takes, once for each thread, before their readers are made. */
export async function loadAnswerReaders(formats: readonly AnswerFormat[]): Promise<void> {
  await loadPatternEngine(formats.map(({ identity }) => identity.pattern));
}

/**
 * Compiles a format to its reader.
 *
 * @throws RangeError when {@link loadAnswerReaders} was not awaited and something had to be loaded.
 */
export function answerReader(format: AnswerFormat): AnswerReader {
  const { identity } = format;
  return {
    dependsOnMessage: !['header', 'trailer', 'none'].includes(identity.source.kind),
    identify: identityReader(identity, decoderOf(format)),
  };
}

import { StructSchema } from '@bufbuild/protobuf/wkt';
import type { RawAnswer } from '../../src/call/answer.js';
import {
  answerReader,
  type AnswerFormat,
  loadAnswerReaders,
} from '../../src/call/answer-reader.js';
import { encodeMessage } from '../../src/call/grpc/message.js';
import { replyContract } from '../../src/call/grpc/reply-contract.js';
import { httpAnswers } from '../../src/call/http/answers.js';
import type { Identity, IdentitySpec } from '../../src/call/identity.js';
import { identityOf } from '../../src/call/identity-option.js';

/** How identities are written, with what is not asked left out. */
export interface Written {
  source?: string;
  pattern?: string;
  map?: Record<string, string>;
}

/** The identity that is meant by what is written. */
export async function specOf({ source, pattern, map }: Written): Promise<IdentitySpec> {
  return await identityOf(
    {
      source: source ?? null,
      pattern: pattern ?? null,
      map: map === undefined ? null : Object.entries(map),
    },
    undefined,
    'an answer',
  );
}

/** Answers whose message is any JSON object, as they are read in another thread. */
export function grpcFormat(identity: IdentitySpec): AnswerFormat {
  return structuredClone({ kind: 'grpc', identity, reply: replyContract(StructSchema) });
}

/** Answers of a request that asks for compression. */
export function httpFormat(identity: IdentitySpec): AnswerFormat {
  return structuredClone(httpAnswers(identity, [['accept-encoding', 'gzip, br, deflate']]));
}

/** An answer inside of a buffer with other bytes around it. */
function answerWith(
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
  status: number,
): RawAnswer {
  const buffer = new Uint8Array(bytes.length + 10).fill(0x22);
  buffer.set(bytes, 5);
  return {
    status,
    buffer,
    messageStart: 5,
    messageEnd: 5 + bytes.length,
    header: (name) => headers[name],
    trailer: (name) => headers[`trailer ${name}`],
  };
}

export function grpcAnswer(message: object, headers: Record<string, string> = {}): RawAnswer {
  return answerWith(encodeMessage(StructSchema, message as never), headers, 0);
}

export function httpAnswer(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  status = 200,
): RawAnswer {
  return answerWith(typeof body === 'string' ? Buffer.from(body) : body, headers, status);
}

/** Who gave an answer, by what is written. */
export async function whoGave(
  kind: 'grpc' | 'http',
  written: Written,
  answer: RawAnswer,
): Promise<Identity | undefined> {
  const spec = await specOf(written);
  const format = kind === 'grpc' ? grpcFormat(spec) : httpFormat(spec);
  await loadAnswerReaders([format]);
  return answerReader(format).identify(answer);
}

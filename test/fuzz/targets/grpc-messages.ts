import assert from 'node:assert/strict';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import { type AnswerFormat, answerReader } from '../../../src/call/answer-reader.js';
import { loadAnswerReaders } from '../../../src/call/answer-reader.js';
import { findMethod } from '../../../src/call/grpc/method.js';
import { replyContract } from '../../../src/call/grpc/reply-contract.js';
import { loadContract } from '../../../src/inputs/contract.js';
import { GrpcMessageReader } from '../../../src/wire/grpc/message-reader.js';
import { decodeGrpcMessage, parseGrpcStatus } from '../../../src/wire/grpc/status.js';
import { specOf } from '../../call/answers.js';
import { divided } from '../pieces.js';

const MAX_MESSAGE_BYTES = 4096;
const PREFIX_BYTES = 5;
const GREETER = await loadContract({ protoFiles: [], importPaths: [], protosets: [] });
const TYPES = [StructSchema, findMethod(GREETER, 'helloworld.Greeter/SayHello').output];
const FORMATS = await Promise.all(
  ['greeter', 'field:message', 'json:pod.0.name', 'text:pod (\\S+)'].flatMap((source) =>
    TYPES.map(async (type): Promise<AnswerFormat> => {
      return { kind: 'grpc', identity: await specOf({ source }), reply: replyContract(type) };
    }),
  ),
);
await loadAnswerReaders(FORMATS);
const READERS = FORMATS.map(answerReader);

/** The body of a unary answer: read in pieces it is what it is as a whole, and any message can be looked into. */
export function fuzz(data: Buffer): void {
  const { pieces, bytes } = divided(data);
  const reader = new GrpcMessageReader(1, MAX_MESSAGE_BYTES);
  reader.begin(0);
  let fits = true;
  for (let at = 0, turn = 0; fits && at < bytes.length; turn++) {
    const end = Math.min(bytes.length, at + pieces[turn % pieces.length]!);
    fits = reader.append(0, bytes, at, end);
    at = end;
  }
  const verdict = fits ? reader.finish(0) : 'too long';
  assert.equal(verdict, verdictOf(Buffer.from(bytes)));
  if (verdict === 'one') {
    const message = Buffer.from(bytes).subarray(PREFIX_BYTES);
    assert.ok(message.equals(reader.bytes.subarray(reader.start, reader.end)));
    for (const each of READERS) {
      each.identify({
        status: 0,
        buffer: reader.bytes,
        messageStart: reader.start,
        messageEnd: reader.end,
        header: () => undefined,
        trailer: () => undefined,
      });
    }
  }
  const text = Buffer.from(bytes).toString('latin1');
  assert.equal(typeof decodeGrpcMessage(text), 'string');
  const status = parseGrpcStatus(text);
  assert.ok(status >= 0 && status <= 16);
}

/** What a body is, looked at as a whole: the length-prefixed messages of grpc/doc/PROTOCOL-HTTP2.md. */
function verdictOf(body: Buffer): string {
  if (body.length === 0) return 'none';
  if (body.length < PREFIX_BYTES) return 'cut';
  const length = body.readUInt32BE(1);
  if (length > MAX_MESSAGE_BYTES) return 'too long';
  if (body.length < PREFIX_BYTES + length) return 'cut';
  if (body.length > PREFIX_BYTES + length) return 'several';
  return body[0] === 0 ? 'one' : 'compressed';
}

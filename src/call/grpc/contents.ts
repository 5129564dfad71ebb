import { GrpcStatus } from '../../wire/grpc/status.js';
import type { RawAnswer } from '../answer.js';
import type { AnswerContents } from '../answer-contents.js';
import { valueAt, valueInJson } from '../identity/value-at.js';
import type { GrpcAnswers } from './answers.js';
import { replyDecoder } from './reply-contract.js';

/** What can be looked into in the answers of a gRPC call: its message in protobuf's JSON form. */
export function grpcContents({ reply }: Pick<GrpcAnswers, 'reply'>): AnswerContents {
  const decode = replyDecoder(reply);
  // An empty message holds the default of every field, and nobody said so.
  const messageOf = ({ buffer, messageStart, messageEnd }: RawAnswer): unknown =>
    messageEnd > messageStart ? decode(buffer.subarray(messageStart, messageEnd)) : {};
  return {
    isSuccess: (status) => status === GrpcStatus.OK,
    shown: (answer) => {
      const message = messageOf(answer);
      return message === undefined ? undefined : JSON.stringify(message);
    },
    text: (answer) => {
      const message = messageOf(answer);
      return message === undefined ? undefined : allText(message);
    },
    field: (path) => (answer) => {
      const message = messageOf(answer);
      return message === undefined ? undefined : valueAt(message, path);
    },
    json: (path) => (answer) => valueInTexts(messageOf(answer), path),
    list: (name) => (answer) => listIn(messageOf(answer), name),
  };
}

function listIn(message: unknown, name: string): readonly string[] | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const list = (message as Record<string, unknown>)[name] ?? [];
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined;
}

function allText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(allText).join('\n');
}

/** In the first text of a message that is JSON; undefined where none is. */
function valueInTexts(value: unknown, path: readonly string[]): string | undefined {
  if (typeof value === 'string') return valueInJson(value, path);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const part of Object.values(value)) {
    const found = valueInTexts(part, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

import type { DescMethod } from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';
import { count } from '../../number-text.js';
import type { MethodCall } from '../../scenario/call.js';
import type { StreamSettings } from '../../scenario/stream-settings.js';
import type { StreamingSide } from '../../wire/grpc/streaming.js';
import { pathOf } from './method.js';
import type { GrpcStream } from './request.js';

/** Messages of protobuf whose JSON may be a list itself. */
const LISTS: readonly string[] = ['google.protobuf.ListValue', 'google.protobuf.Value'];

const AS_GIVEN: StreamSettings = { count: null, intervalMs: null, countedBy: null };

/** What a user gives to be sent: each message's data, in protobuf's JSON form. */
export type GivenMessages = readonly unknown[];

/**
 * The messages that data stand for: of a list each element, but where a list is a message.
 *
 * @throws InputError when the method takes another number of them.
 */
export function givenMessages(method: DescMethod, data: unknown): GivenMessages {
  const given =
    Array.isArray(data) && !LISTS.includes(method.input.typeName) ? (data as unknown[]) : [data];
  if (given.length === 1 || sideOf(method) === 'client' || sideOf(method) === 'both') return given;
  throw new InputError(
    `${pathOf(method)} takes one message, and ${count(given.length)} are given: only methods whose client streams take several`,
    { path: '--data' },
  );
}

/**
 * What a call of a method streams.
 *
 * @param messages Those that are given, encoded.
 * @param durationMs When the time of the run is over, in ms; null where no clock ends it.
 * @returns undefined where it is unary.
 * @throws InputError when it is called as if it streamed what it does not.
 */
export function streamOf(
  method: DescMethod,
  { stream = AS_GIVEN }: Pick<MethodCall, 'stream'>,
  messages: readonly Uint8Array[],
  durationMs: number | null,
): GrpcStream | undefined {
  const { count: asked, intervalMs, countedBy } = stream;
  const side = sideOf(method);
  const path = pathOf(method);
  if (countedBy === 'messages' && side !== 'server' && side !== 'both') {
    throw new InputError(
      `${path} is answered with one message: what streams its answers can be counted by messages`,
      { path: '--count' },
    );
  }
  const isSent = side === 'client' || side === 'both';
  if (!isSent && (asked !== null || intervalMs !== null)) {
    throw new InputError(
      `${path} takes one message: only to methods whose client streams several can be sent`,
      { path: asked === null ? '--stream-interval' : '--stream-count' },
    );
  }
  if (side === null) return undefined;
  if (isSent && messages.length === 0 && asked !== null) {
    throw new InputError('there is no message to send: give one with --data', {
      path: '--stream-count',
    });
  }
  const isEndless =
    asked === null && intervalMs !== null && durationMs !== null && messages.length > 0;
  return {
    side,
    messages,
    count: isEndless ? null : (asked ?? messages.length),
    intervalMs: intervalMs ?? 0,
  };
}

function sideOf({ methodKind }: DescMethod): StreamingSide | null {
  switch (methodKind) {
    case 'unary':
      return null;
    case 'server_streaming':
      return 'server';
    case 'client_streaming':
      return 'client';
    case 'bidi_streaming':
      return 'both';
  }
}

import type { FileRegistry, JsonValue } from '@bufbuild/protobuf';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import { InputError } from '../../input-error.js';
import type { MethodCall } from '../../scenario/call.js';
import { identityOf } from '../identity-option.js';
import { defaultIdentity } from '../identity-presets.js';
import type { PreparedCall } from '../prepared-call.js';
import type { RequestSetting } from '../request-setting.js';
import type { GrpcAnswers } from './answers.js';
import { checkIdentity } from './check-identity.js';
import { encodeMessage } from './message.js';
import { givenMessages, streamOf } from './streamed.js';
import { findMethod, pathOf, pathOfName } from './method.js';
import { replyContract } from './reply-contract.js';
import type { WebRequest } from '../web/request.js';
import type { GrpcRequest } from './request.js';

/**
 * Looks the method of a call up in its contract and encodes the request, once for the whole run.
 *
 * @throws InputError when the method, the data or the identity is wrong.
 */
export async function prepareGrpcCall(
  call: MethodCall,
  contract: FileRegistry,
  setting: RequestSetting,
): Promise<PreparedCall & { request: GrpcRequest | WebRequest; answers: GrpcAnswers }> {
  const method = findMethod(contract, call.method);
  const path = pathOf(method);
  const fitting = defaultIdentity(path);
  const identity = await identityOf(call.identity, fitting, `an answer of ${path}`);
  checkIdentity(identity, method.output);
  const messages = givenMessages(method, call.data).map((data) =>
    encodeMessage(method.input, data as JsonValue),
  );
  const stream = streamOf(method, call, messages, setting.durationMs);
  return {
    name: path.slice(1),
    request: requestOf(call, setting, {
      path,
      message: messages[0] ?? new Uint8Array(0),
      ...(stream === undefined ? {} : { stream }),
    }),
    answers: {
      kind: 'grpc',
      identity,
      reply: replyContract(method.output),
    },
  };
}

/**
 * Stands in for a call whose contract was to come from a target that cannot be reached: it has everything
 * that a record says of a call, and must not be sent.
 *
 * @param contractMissing Why there is no contract.
 * @throws InputError when its name or its identity is wrong.
 */
export async function callWithoutContract(
  call: MethodCall,
  setting: RequestSetting,
  contractMissing: InputError,
): Promise<PreparedCall> {
  const path = pathOfName(call.method);
  return {
    name: path.slice(1),
    request: requestOf(call, setting, { path, message: new Uint8Array(0) }),
    answers: {
      kind: 'grpc',
      identity: await identityOf(call.identity, defaultIdentity(path), `an answer of ${path}`),
      reply: replyContract(EmptySchema),
    },
    contractMissing,
  };
}

/** @throws InputError when it streams, and is to be made as pages in browsers make calls. */
function requestOf(
  call: MethodCall,
  { authority, scheme, timeoutMs }: RequestSetting,
  asked: Pick<GrpcRequest, 'path' | 'message' | 'stream'>,
): GrpcRequest | WebRequest {
  const { metadata } = call;
  const request = {
    ...asked,
    ...{ authority: call.authority ?? authority, scheme, metadata, timeoutMs },
  };
  if (call.kind === 'grpc') return { kind: 'grpc', ...request };
  if (asked.stream !== undefined) {
    throw new InputError(
      `${asked.path} is a streaming method: by ${call.kind} only unary methods are called; call it with --protocol grpc`,
      { path: '--call' },
    );
  }
  return { kind: call.kind, origin: call.origin, ...request };
}

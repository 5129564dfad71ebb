import type { DescMethod, FileRegistry, JsonValue } from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';
import type { GrpcCall } from '../../scenario/call.js';
import { identityOf } from '../identity-option.js';
import { defaultIdentity } from '../identity-presets.js';
import type { PreparedCall } from '../prepared-call.js';
import type { RequestSetting } from '../request-setting.js';
import type { GrpcAnswers } from './answers.js';
import { checkIdentity } from './check-identity.js';
import { encodeMessage } from './message.js';
import { findMethod, pathOf } from './method.js';
import { replyContract } from './reply-contract.js';
import type { GrpcRequest } from './request.js';

/**
 * Looks the method of a call up in its contract and encodes the request, once for the whole run.
 *
 * @throws InputError when the method, the data or the identity is wrong.
 */
export async function prepareGrpcCall(
  call: GrpcCall,
  contract: FileRegistry,
  { authority, scheme, timeoutMs }: RequestSetting,
): Promise<PreparedCall & { request: GrpcRequest; answers: GrpcAnswers }> {
  const method = unaryMethod(contract, call.method);
  const path = pathOf(method);
  const fitting = defaultIdentity(path);
  const identity = await identityOf(call.identity, fitting, `an answer of ${path}`);
  checkIdentity(identity, method.output);
  return {
    name: path.slice(1),
    request: {
      kind: 'grpc',
      path,
      authority: call.authority ?? authority,
      scheme,
      metadata: call.metadata,
      message: encodeMessage(method.input, call.data as JsonValue),
      timeoutMs,
    },
    answers: {
      kind: 'grpc',
      identity,
      reply: replyContract(method.output),
    },
  };
}

function unaryMethod(contract: FileRegistry, call: string): DescMethod {
  const method = findMethod(contract, call);
  if (method.methodKind === 'unary') return method;
  throw new InputError(
    `${pathOf(method)} is a streaming method; only unary methods can be called yet`,
    { path: '--call' },
  );
}

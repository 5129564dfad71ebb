import type { DescMethod, FileRegistry, JsonValue } from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';
import type { GrpcCall } from '../../scenario/call.js';
import { defaultIdentity, type IdentitySpec, NO_IDENTITY, parseIdentity } from '../identity.js';
import type { PreparedCall } from '../prepared-call.js';
import type { RequestSetting } from '../request-setting.js';
import type { GrpcAnswers } from './answers.js';
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
  { authority, scheme, timeoutMs, isIdentityNeeded }: RequestSetting,
): Promise<PreparedCall & { request: GrpcRequest; answers: GrpcAnswers }> {
  const method = unaryMethod(contract, call.method);
  const path = pathOf(method);
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
      identity: await identityOf(call.identity, path, isIdentityNeeded),
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

async function identityOf(
  identity: string | null,
  path: string,
  isNeeded: boolean,
): Promise<IdentitySpec> {
  if (identity !== null) return await parseIdentity(identity);
  const preset = defaultIdentity(path);
  if (preset !== undefined) return preset;
  if (!isNeeded) return NO_IDENTITY;
  throw new InputError(
    `how does an answer of ${path} say which pod gave it? e.g. header:x-pod-name, field:pod or a regular expression`,
    { path: '--identity' },
  );
}

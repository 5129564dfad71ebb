import { type DescMethod, type FileRegistry, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import { InputError } from '../../input-error.js';
import type { IdentitySpec } from '../identity.js';
import type { MethodCall } from '../../scenario/call.js';
import { identityOf } from '../identity-option.js';
import { defaultIdentity } from '../identity-presets.js';
import type { PreparedCall } from '../prepared-call.js';
import type { RequestSetting } from '../request-setting.js';
import type { GrpcAnswers } from './answers.js';
import { checkedIdentity } from './check-identity.js';
import { encodeMessage } from './message.js';
import { givenMessages, streamOf } from './streamed.js';
import { findMethod, methodHead, pathOf, pathOfName } from './method.js';
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
  const asked = await identityOf(call.identity, fitting, `an answer of ${path}`);
  const identity = checkedIdentity(asked, method.output);
  const messages = givenMessages(method, call.data).map((data) =>
    encodeMessage(method.input, data as JsonValue),
  );
  const stream = streamOf(method, call, messages, setting.durationMs);
  const forwarded =
    call.forwarding === undefined
      ? null
      : { ...(call.data as Record<string, JsonValue>), count: 1 };
  if (forwarded !== null) checkEntries(identity, method);
  return {
    name: path.slice(1),
    definition: `${methodHead(method)};`,
    request: requestOf(call, setting, {
      path,
      message: messages[0] ?? new Uint8Array(0),
      ...(stream === undefined ? {} : { stream }),
    }),
    answers: {
      kind: 'grpc',
      identity,
      reply: replyContract(method.output),
      ...(forwarded === null ? {} : { entries: ENTRIES }),
    },
    ...(forwarded === null
      ? {}
      : {
          single: requestOf(call, setting, {
            path,
            message: encodeMessage(method.input, forwarded),
          }),
        }),
  };
}

/** The field of a ForwardEchoResponse with what each request was answered. */
const ENTRIES = 'output';
/** Sources that find who answered in a text. */
const OF_TEXTS: readonly string[] = ['echo', 'text', 'greeter', 'none'];

/** @throws InputError when the reply has no such entries, or an identity is not looked for in them. */
function checkEntries({ source }: IdentitySpec, { output }: DescMethod): void {
  const field = output.fields.find(({ name }) => name === ENTRIES);
  if (field?.fieldKind !== 'list' || field.scalar !== ScalarType.STRING) {
    throw new InputError(
      `${output.typeName} is not the reply of Istio's ForwardEcho: it has no list of texts named ${ENTRIES}`,
      { path: '--call' },
    );
  }
  if (OF_TEXTS.includes(source.kind)) return;
  throw new InputError(
    'the answer holds one text for each request that was made, and who gave that stands in it: use echo, or text:REGEX',
    { path: '--identity' },
  );
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
  return { ...(await callNotMade(call, setting)), contractMissing };
}

/**
 * A call that others make: everything that a record says of it.
 *
 * @throws InputError when its name or its identity is wrong.
 */
export async function callNotMade(
  call: MethodCall,
  setting: RequestSetting,
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

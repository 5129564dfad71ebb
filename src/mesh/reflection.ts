import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { GRPC_STATUS } from './grpc-status.js';
import type { ReflectedFile } from './reflection-files.js';
import { encodeTextMessage } from './text-message.js';

/** The paths of gRPC server reflection; the messages of both versions are the same. */
export const REFLECTION_PATHS: ReadonlySet<string> = new Set([
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
]);

// Fields of ServerReflectionRequest …
const FILE_BY_FILENAME = 3;
const FILE_CONTAINING_SYMBOL = 4;
const LIST_SERVICES = 7;
// … and of ServerReflectionResponse.
const ORIGINAL_REQUEST = 2;
const FILE_DESCRIPTOR_RESPONSE = 4;
const LIST_SERVICES_RESPONSE = 6;
const ERROR_RESPONSE = 7;

/**
 * Answers one message of the reflection stream: the services, or the file that has a name or a
 * symbol. Everything else (extensions) is answered NOT_FOUND, as there are none.
 *
 * @param request A serialized `ServerReflectionRequest`.
 * @returns A serialized `ServerReflectionResponse`.
 */
export function answerReflection(request: Uint8Array, files: readonly ReflectedFile[]): Uint8Array {
  const { field, text } = questionOf(request);
  const response = new BinaryWriter()
    .tag(ORIGINAL_REQUEST, WireType.LengthDelimited)
    .bytes(request);
  if (field === LIST_SERVICES) {
    const list = new BinaryWriter();
    for (const service of files.flatMap((file) => file.services)) {
      list.tag(1, WireType.LengthDelimited).bytes(encodeTextMessage(service));
    }
    response.tag(LIST_SERVICES_RESPONSE, WireType.LengthDelimited).bytes(list.finish());
    return response.finish();
  }
  const file = files.find((candidate) => {
    if (field === FILE_BY_FILENAME) return candidate.name === text;
    return field === FILE_CONTAINING_SYMBOL && candidate.symbols.has(text);
  });
  if (file) {
    const found = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(file.descriptor);
    response.tag(FILE_DESCRIPTOR_RESPONSE, WireType.LengthDelimited).bytes(found.finish());
  } else {
    const error = new BinaryWriter().tag(1, WireType.Varint).int32(GRPC_STATUS.notFound);
    error.tag(2, WireType.LengthDelimited).string(`not found: ${text}`);
    response.tag(ERROR_RESPONSE, WireType.LengthDelimited).bytes(error.finish());
  }
  return response.finish();
}

/** Which of the alternatives is asked, with its text where it has one. */
function questionOf(request: Uint8Array): { field: number; text: string } {
  const reader = new BinaryReader(request);
  let question = { field: 0, text: '' };
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === FILE_BY_FILENAME || field === FILE_CONTAINING_SYMBOL || field === LIST_SERVICES) {
      question = { field, text: reader.string() };
    } else reader.skip(wireType);
  }
  return question;
}

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Versions of the protocol, the newest first. Their messages are the same. */
export const REFLECTION_VERSIONS = ['v1', 'v1alpha'] as const;

/** One of them. */
export type ReflectionVersion = (typeof REFLECTION_VERSIONS)[number];

/** Its one method (grpc/doc/server-reflection.md). */
export function reflectionPath(version: ReflectionVersion): string {
  return `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
}

/** What is asked about a server. */
export type ReflectionQuestion =
  | { kind: 'services' }
  /** The file that defines a service, method or type, by its full name. */
  | { kind: 'symbol'; name: string }
  /** A file by the name that others import it by. */
  | { kind: 'file'; name: string };

/** Fields of `ServerReflectionRequest`. */
const ASKED = { file: 3, symbol: 4, services: 7 } as const;

/** A serialised `ServerReflectionRequest`. */
export function encodeQuestion(question: ReflectionQuestion): Uint8Array {
  const text = question.kind === 'services' ? '*' : question.name;
  return new BinaryWriter()
    .tag(ASKED[question.kind], WireType.LengthDelimited)
    .string(text)
    .finish();
}

/** What a server answers a question. */
export type ReflectionAnswer =
  /** Each a serialised FileDescriptorProto; what the file imports may come with it. */
  | { kind: 'files'; files: Uint8Array[] }
  | { kind: 'services'; names: string[] }
  /** @see https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for the code. */
  | { kind: 'error'; code: number; message: string }
  /** Nothing of the kind. */
  | { kind: 'nothing' };

/** Fields of `ServerReflectionResponse`. */
const FILES = 4;
const SERVICES = 6;
const ERROR = 7;

/**
 * Reads a serialised `ServerReflectionResponse`.
 *
 * @throws Error when the bytes are no such message.
 */
export function decodeAnswer(bytes: Uint8Array): ReflectionAnswer {
  let answer: ReflectionAnswer = { kind: 'nothing' };
  eachField(bytes, (field, reader, wireType) => {
    if (field === FILES) answer = { kind: 'files', files: filesIn(reader.bytes()) };
    else if (field === SERVICES) answer = { kind: 'services', names: namesIn(reader.bytes()) };
    else if (field === ERROR) answer = errorIn(reader.bytes());
    else reader.skip(wireType);
  });
  return answer;
}

function filesIn(bytes: Uint8Array): Uint8Array[] {
  const files: Uint8Array[] = [];
  eachField(bytes, (field, reader, wireType) => {
    if (field === 1) files.push(reader.bytes());
    else reader.skip(wireType);
  });
  return files;
}

function namesIn(bytes: Uint8Array): string[] {
  const names: string[] = [];
  eachField(bytes, (field, reader, wireType) => {
    if (field === 1) names.push(textIn(reader.bytes()));
    else reader.skip(wireType);
  });
  return names;
}

/** `ServiceResponse` has its name in field 1. */
function textIn(bytes: Uint8Array): string {
  let text = '';
  eachField(bytes, (field, reader, wireType) => {
    if (field === 1) text = reader.string();
    else reader.skip(wireType);
  });
  return text;
}

function errorIn(bytes: Uint8Array): ReflectionAnswer {
  const error = { kind: 'error' as const, code: 0, message: '' };
  eachField(bytes, (field, reader, wireType) => {
    if (field === 1) error.code = reader.int32();
    else if (field === 2) error.message = reader.string();
    else reader.skip(wireType);
  });
  return error;
}

function eachField(
  bytes: Uint8Array,
  take: (field: number, reader: BinaryReader, wireType: WireType) => void,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    take(field, reader, wireType);
  }
}

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Decodes a message whose only known field is a string with number 1 (`HelloRequest`, …). */
export function decodeTextMessage(bytes: Uint8Array): string {
  const reader = new BinaryReader(bytes);
  let text = '';
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) text = reader.string();
    else reader.skip(wireType);
  }
  return text;
}

/** Encodes a message whose only field is a string with number 1 (`HelloReply`, …). */
export function encodeTextMessage(text: string): Uint8Array {
  return new BinaryWriter().tag(1, WireType.LengthDelimited).string(text).finish();
}

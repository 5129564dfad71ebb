import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** What the mesh honours of `proto.ForwardEchoRequest`; other fields are skipped. */
export interface ForwardEchoRequest {
  count: number;
  url: string;
  headers: { key: string; value: string }[];
  message: string;
}

/** @throws Error when the bytes are not a protobuf message. */
export function decodeForwardEchoRequest(bytes: Uint8Array): ForwardEchoRequest {
  const reader = new BinaryReader(bytes);
  const request: ForwardEchoRequest = { count: 0, url: '', headers: [], message: '' };
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    switch (field) {
      case 1:
        request.count = reader.int32();
        break;
      case 4:
        request.url = reader.string();
        break;
      case 5:
        request.headers.push(decodeHeader(reader.bytes()));
        break;
      case 6:
        request.message = reader.string();
        break;
      default:
        reader.skip(wireType);
    }
  }
  return request;
}

function decodeHeader(bytes: Uint8Array): { key: string; value: string } {
  const reader = new BinaryReader(bytes);
  const header = { key: '', value: '' };
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) header.key = reader.string();
    else if (field === 2) header.value = reader.string();
    else reader.skip(wireType);
  }
  return header;
}

/** @param outputs One text for each forwarded request. */
export function encodeForwardEchoResponse(outputs: readonly string[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const output of outputs) writer.tag(1, WireType.LengthDelimited).string(output);
  return writer.finish();
}

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** What the mesh honours of `proto.ForwardEchoRequest`; other fields are skipped. */
export interface ForwardEchoRequest {
  count: number;
  /** How fast requests follow one another; 0: as fast as they go. */
  perSecond: number;
  /** Of all requests together; 0: what the application gives them. */
  timeoutMs: number;
  url: string;
  headers: { key: string; value: string }[];
  message: string;
  /** Of plain HTTP; empty: GET. */
  method: string;
  /** Plain HTTP goes over HTTP/2. */
  http2: boolean;
}

/** @throws Error when the bytes are not a protobuf message. */
export function decodeForwardEchoRequest(bytes: Uint8Array): ForwardEchoRequest {
  const reader = new BinaryReader(bytes);
  const request: ForwardEchoRequest = {
    count: 0,
    perSecond: 0,
    timeoutMs: 0,
    url: '',
    headers: [],
    message: '',
    method: '',
    http2: false,
  };
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    switch (field) {
      case 1:
        request.count = reader.int32();
        break;
      case 2:
        request.perSecond = reader.int32();
        break;
      case 3:
        request.timeoutMs = Number(reader.int64()) / 1000;
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
      case 7:
        request.http2 = reader.bool();
        break;
      case 9:
        request.method = reader.string();
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

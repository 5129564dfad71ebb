/** The gRPC status codes the mesh answers with (numbers of the gRPC specification). */
export const GRPC_STATUS = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/**
 * The form `grpc-message` takes on the wire: UTF-8, everything but printable ASCII and `%` itself
 * percent-encoded (gRPC over HTTP/2, "Percent-Encoded"); and a space at either end, where HTTP/2 allows none
 * (RFC 9113, section 8.2.1) and clients drop the field.
 */
export function encodeGrpcMessage(message: string): string {
  let encoded = '';
  const bytes = Buffer.from(message, 'utf8');
  for (const [index, byte] of bytes.entries()) {
    const isEnd = index === 0 || index === bytes.length - 1;
    const plain = byte >= (isEnd ? 0x21 : 0x20) && byte <= 0x7e && byte !== 0x25;
    encoded += plain
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

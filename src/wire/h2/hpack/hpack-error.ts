/**
 * A header block that cannot be decoded. The contexts of both ends no longer agree, so the
 * connection ends with COMPRESSION_ERROR (RFC 9113, section 4.3).
 */
export class HpackError extends Error {
  override readonly name = 'HpackError';
}

let latestBytes = new Uint8Array(0);
let latestView = new DataView(latestBytes.buffer);

/**
 * The same memory, to be read by words of four bytes. The latest view is remembered: what a chunk
 * holds is all in one buffer.
 */
export function wordView(bytes: Uint8Array): DataView {
  if (bytes !== latestBytes) {
    latestBytes = bytes as Uint8Array<ArrayBuffer>;
    latestView = new DataView(
      bytes.buffer,
      bytes.byteOffset,
      bytes.byteLength,
    ) as DataView<ArrayBuffer>;
  }
  return latestView;
}

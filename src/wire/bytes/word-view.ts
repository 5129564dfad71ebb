let latestBytes = new Uint8Array(0);
let latestView = new DataView(latestBytes.buffer);
let earlierBytes = latestBytes;
let earlierView = latestView;

/**
 * The same memory, to be read by words of four bytes. The two latest views are remembered: what a chunk
 * holds is all in one buffer, and what is decoded from it in another.
 */
export function wordView(bytes: Uint8Array): DataView {
  if (bytes !== latestBytes) {
    const isKnown = bytes === earlierBytes;
    const view = isKnown
      ? earlierView
      : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    earlierBytes = latestBytes;
    earlierView = latestView;
    latestBytes = bytes as Uint8Array<ArrayBuffer>;
    latestView = view as DataView<ArrayBuffer>;
  }
  return latestView;
}

import { ByteCache } from '../bytes/byte-cache.js';
import { HeaderBlock } from './header-block.js';
import { HpackDecoder } from './hpack/decoder.js';

const CACHED_BLOCKS = 4096;
const CACHED_BLOCK_BYTES = 384;

// While the header table is switched off, a block means the same on every connection: all sessions
// of the thread share one memory.
const blocks = new ByteCache<HeaderBlock>(CACHED_BLOCKS, CACHED_BLOCK_BYTES);

/**
 * Decodes the header blocks of one connection, recognising those that recur. A block is looked up
 * and remembered only while the decoder can hold no state: before the peer has acknowledged our
 * SETTINGS_HEADER_TABLE_SIZE of 0, everything is decoded in full.
 */
export class HeaderBlockReader {
  private readonly decoder: HpackDecoder;
  private readonly maxListBytes: number;
  /** Blocks recognised by their bytes. */
  recognised = 0;
  /** Blocks decoded. */
  decoded = 0;

  /** @param maxListBytes Larger lists come out as `too-large`. */
  constructor(maxListBytes: number) {
    this.maxListBytes = maxListBytes;
    this.decoder = new HpackDecoder(maxListBytes);
  }

  /** The peer has acknowledged our SETTINGS. */
  onSettingsAcknowledged(): void {
    this.decoder.limitTable(0);
  }

  /**
   * Reads one complete block.
   * @throws HpackError when it cannot be decoded.
   */
  read(bytes: Uint8Array, start: number, end: number): HeaderBlock {
    if (end - start > CACHED_BLOCK_BYTES || !this.decoder.isStateless) {
      this.decoded++;
      return new HeaderBlock(this.decoder.decode(bytes, start, end));
    }
    const hash = blocks.hash(bytes, start, end, 0);
    const known = blocks.find(bytes, start, end, hash);
    if (known !== undefined && known.listBytes <= this.maxListBytes) {
      this.recognised++;
      return known;
    }
    this.decoded++;
    const block = new HeaderBlock(this.decoder.decode(bytes, start, end));
    if (block.kind !== 'too-large') blocks.store(bytes, start, end, hash, block);
    return block;
  }
}

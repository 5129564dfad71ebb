/** What one entry of the dynamic table costs beyond its characters (RFC 7541, section 4.1). */
const ENTRY_OVERHEAD_BYTES = 32;
/** The protocol's initial table size; a larger one that the peer allows is not used. */
const DEFAULT_TABLE_BYTES = 4096;
const STATIC_ENTRIES = 61;
/** `:status: 200` in the static table, as an indexed field. */
const STATUS_200 = 0x80 | 8;

/** Static-table indices of the names that a response here uses (RFC 7541, appendix A). */
const STATIC_NAMES = new Map([
  ['content-type', 31],
  ['date', 33],
  ['server', 54],
]);

/**
 * Writes header blocks for one connection the way proxies do: every field enters the dynamic table
 * at its first use and is one or two bytes from then on, until it is evicted. Strings are not
 * Huffman-coded. ASCII only.
 */
export class HpackWriter {
  private maxBytes = DEFAULT_TABLE_BYTES;
  private usedBytes = 0;
  private insertions = 0;
  private changes = 0;
  private readonly insertedAt = new Map<string, number>();
  private sizeUpdateDue = false;

  /** What the peer's SETTINGS_HEADER_TABLE_SIZE allows. */
  setMaxBytes(bytes: number): void {
    this.maxBytes = Math.min(bytes, DEFAULT_TABLE_BYTES);
    this.sizeUpdateDue = true;
    this.changes += 1;
    this.evictFor(0);
  }

  /** A block that was built while this stayed the same is right as long as it stays the same. */
  get generation(): number {
    return this.changes;
  }

  /** A block of the fields in order; `:status: 200` first when `status` is set. */
  block(fields: readonly (readonly [name: string, value: string])[], status: boolean): Buffer {
    const bytes: number[] = [];
    if (this.sizeUpdateDue) {
      integer(bytes, 0x20, 5, this.maxBytes);
      this.sizeUpdateDue = false;
      this.changes += 1;
    }
    if (status) bytes.push(STATUS_200);
    for (const [name, value] of fields) this.field(bytes, name, value);
    return Buffer.from(bytes);
  }

  private field(bytes: number[], name: string, value: string): void {
    const key = `${name}\0${value}`;
    const at = this.insertedAt.get(key);
    if (at !== undefined) {
      integer(bytes, 0x80, 7, STATIC_ENTRIES + this.insertions - at);
      return;
    }
    const nameIndex = STATIC_NAMES.get(name) ?? 0;
    const cost = entryBytes(name, value);
    const fits = cost <= this.maxBytes;
    // Incremental indexing, or without indexing when the table cannot hold it.
    if (fits) integer(bytes, 0x40, 6, nameIndex);
    else integer(bytes, 0x00, 4, nameIndex);
    if (nameIndex === 0) string(bytes, name);
    string(bytes, value);
    if (!fits) return;
    this.evictFor(cost);
    this.insertedAt.set(key, this.insertions);
    this.insertions += 1;
    this.changes += 1;
    this.usedBytes += cost;
  }

  private evictFor(bytes: number): void {
    for (const key of this.insertedAt.keys()) {
      if (this.usedBytes + bytes <= this.maxBytes) return;
      const [name = '', value = ''] = key.split('\0');
      this.usedBytes -= entryBytes(name, value);
      this.insertedAt.delete(key);
    }
  }
}

function entryBytes(name: string, value: string): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}

/** RFC 7541, section 5.1. */
function integer(bytes: number[], pattern: number, prefixBits: number, value: number): void {
  const limit = (1 << prefixBits) - 1;
  if (value < limit) {
    bytes.push(pattern | value);
    return;
  }
  bytes.push(pattern | limit);
  let rest = value - limit;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}

function string(bytes: number[], text: string): void {
  integer(bytes, 0x00, 7, text.length);
  for (let i = 0; i < text.length; i += 1) bytes.push(text.charCodeAt(i));
}

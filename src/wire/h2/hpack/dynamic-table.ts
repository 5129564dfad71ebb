/** RFC 7541, section 4.1: what an entry counts beyond its name and value. */
export const ENTRY_OVERHEAD_BYTES = 32;

/** Bytes an entry counts; names and values have one character per byte. */
export function entryBytes(name: string, value: string): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}

/** The dynamic table of one direction (RFC 7541, sections 2.3.2 and 4): newest entry first. */
export class DynamicTable {
  // A ring: `head` is the place of the newest entry, older ones follow at growing places.
  private names: string[] = new Array<string>(16).fill('');
  private values: string[] = new Array<string>(16).fill('');
  private head = 0;
  private count = 0;
  private used = 0;
  private capacity: number;

  /** @param maxBytes The size it may reach; 4096 at the start of a connection. */
  constructor(maxBytes: number) {
    this.capacity = maxBytes;
  }

  get length(): number {
    return this.count;
  }

  get usedBytes(): number {
    return this.used;
  }

  get maxBytes(): number {
    return this.capacity;
  }

  /** @param index 0 for the newest entry; must be below `length`. */
  name(index: number): string {
    return this.names[(this.head + index) & (this.names.length - 1)]!;
  }

  /** @param index 0 for the newest entry; must be below `length`. */
  value(index: number): string {
    return this.values[(this.head + index) & (this.values.length - 1)]!;
  }

  /** Changes the size it may reach, evicting what no longer fits. */
  resize(maxBytes: number): void {
    this.capacity = maxBytes;
    this.evictTo(maxBytes);
  }

  /** Adds an entry, evicting the oldest; an entry larger than the table empties it (4.4). */
  insert(name: string, value: string): void {
    const bytes = entryBytes(name, value);
    this.evictTo(this.capacity - bytes);
    if (bytes > this.capacity) return;
    if (this.count === this.names.length) this.grow();
    this.head = (this.head - 1) & (this.names.length - 1);
    this.names[this.head] = name;
    this.values[this.head] = value;
    this.count++;
    this.used += bytes;
  }

  private evictTo(bytes: number): void {
    while (this.count > 0 && this.used > bytes) {
      const oldest = (this.head + this.count - 1) & (this.names.length - 1);
      this.used -= entryBytes(this.names[oldest]!, this.values[oldest]!);
      this.names[oldest] = '';
      this.values[oldest] = '';
      this.count--;
    }
  }

  private grow(): void {
    const inOrder = (ring: readonly string[]): string[] => [
      ...ring.slice(this.head),
      ...ring.slice(0, this.head),
      ...new Array<string>(ring.length).fill(''),
    ];
    this.names = inOrder(this.names);
    this.values = inOrder(this.values);
    this.head = 0;
  }
}

import { MAX_STREAM_ID } from './frame-types.js';

/** How far a stream's response has come. */
export const Phase = {
  /** No final response headers yet. */
  AWAITS_HEADERS: 0,
  /** Headers seen; data and trailers may come. */
  AWAITS_END: 1,
} as const;

const PLACES_PER_SLOT = 4;
const LEAST_PLACES = 256;

/**
 * The live streams of a connection, by slot (a small number the caller picks) and by stream id.
 * All state is in typed arrays made once. Ids are found in a ring addressed by the id itself: an id
 * whose place is still held by a long-lived stream is skipped, which RFC 9113 (section 5.1.1)
 * allows, so a lookup is one load and one comparison.
 */
export class StreamTable {
  readonly slots: number;
  /** Stream id of a slot; 0 when the slot is free. */
  readonly ids: Int32Array;
  readonly phase: Uint8Array;
  /** Payload bytes still to come by `content-length`; -1 when it was not given. */
  readonly bytesExpected: Float64Array;
  /** 1: it answers a HEAD request, so that no payload may come. */
  readonly isHead: Uint8Array;
  private readonly ring: Int32Array;
  /** Ids of streams that the peer has ended, by place. */
  private readonly ended: Int32Array;
  private readonly mask: number;
  private next: number;
  private live = 0;

  /**
   * @param slots Slots are 0 to `slots - 1`; that many streams at most are live.
   * @param firstId Id of the first stream; odd.
   */
  constructor(slots: number, firstId: number) {
    this.slots = slots;
    this.ids = new Int32Array(slots);
    this.phase = new Uint8Array(slots);
    this.bytesExpected = new Float64Array(slots);
    this.isHead = new Uint8Array(slots);
    let places = LEAST_PLACES;
    while (places < slots * PLACES_PER_SLOT) places *= 2;
    this.mask = places - 1;
    this.ring = new Int32Array(places).fill(-1);
    this.ended = new Int32Array(places);
    this.next = firstId;
  }

  get active(): number {
    return this.live;
  }

  /** Takes a free slot for a new stream; returns its id, or 0 when the ids have run out. */
  open(slot: number, isHead: boolean): number {
    let id = this.next;
    while (this.ring[(id >>> 1) & this.mask] !== -1) {
      id += 2;
      if (id > MAX_STREAM_ID) break;
    }
    this.next = id + 2;
    if (id > MAX_STREAM_ID) return 0;
    this.ring[(id >>> 1) & this.mask] = slot;
    this.ids[slot] = id;
    this.phase[slot] = Phase.AWAITS_HEADERS;
    this.bytesExpected[slot] = -1;
    this.isHead[slot] = isHead ? 1 : 0;
    this.live++;
    return id;
  }

  /** The slot of a live stream, or -1. */
  find(id: number): number {
    const slot = this.ring[(id >>> 1) & this.mask]!;
    return slot !== -1 && this.ids[slot] === id ? slot : -1;
  }

  /**
   * Frees a slot.
   * @param endedByPeer The peer has sent END_STREAM or RST_STREAM: nothing more may come.
   */
  release(slot: number, endedByPeer: boolean): void {
    const id = this.ids[slot]!;
    const place = (id >>> 1) & this.mask;
    this.ring[place] = -1;
    if (endedByPeer) this.ended[place] = id;
    this.ids[slot] = 0;
    this.live--;
  }

  /** No stream of this id can exist yet: it is not ours to open, or was never opened. */
  isIdle(id: number): boolean {
    return (id & 1) === 0 || id >= this.next;
  }

  /** The peer is known to have ended this stream (streams of long ago are forgotten). */
  wasEndedByPeer(id: number): boolean {
    return this.ended[(id >>> 1) & this.mask] === id;
  }
}

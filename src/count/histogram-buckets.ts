/**
 * The bucket arithmetic of an HDR histogram with three significant digits and unit 1: below 2048
 * every value has a place of its own, and each doubling from there shares 1024 places.
 */
const SUB_BUCKETS = 2048;
const HALF = SUB_BUCKETS / 2;
const HALF_BITS = 10;
const INT32_END = 2 ** 31;

/** The place that counts a value. @param value A whole number, not negative, below 2^53. */
export function placeOf(value: number): number {
  if (value < SUB_BUCKETS) return value;
  if (value < INT32_END) {
    const bucket = 31 - HALF_BITS - Math.clz32(value);
    return bucket * HALF + (value >>> bucket);
  }
  const bucket = 31 - HALF_BITS - Math.clz32(Math.floor(value / INT32_END)) + 31;
  return bucket * HALF + Math.floor(value / 2 ** bucket);
}

/** The smallest value that a place counts. */
export function lowestAt(place: number): number {
  if (place < SUB_BUCKETS) return place;
  const bucket = Math.floor(place / HALF) - 1;
  return (place - bucket * HALF) * 2 ** bucket;
}

/** How many values a place counts as one. */
export function widthAt(place: number): number {
  return place < SUB_BUCKETS ? 1 : 2 ** (Math.floor(place / HALF) - 1);
}

/** The largest value that a place counts. */
export function highestAt(place: number): number {
  return lowestAt(place) + widthAt(place) - 1;
}

/** How many places it takes to count everything up to the bucket that holds a place. */
export function placesFor(place: number): number {
  return Math.max(SUB_BUCKETS, (Math.floor(place / HALF) + 1) * HALF);
}

/** A stream of numbers uniform on [0, 1), fixed by its seed. */
export type RandomSource = () => number;

/**
 * A seeded generator (xoshiro128+, Blackman and Vigna 2018, seeded by a splitmix sequence), so that
 * a simulated p-value can be had again from the report that states the seed.
 *
 * @param seed Any number; its value modulo 2^32 counts.
 */
export function seededRandom(seed: number): RandomSource {
  let mixed = seed >>> 0;
  const word = (): number => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [word(), word(), word(), word() | 1];
  const next = (): number => {
    const result = (a + d) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  // 53 bits: the low bits of one word are the weakest of this generator and are dropped.
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

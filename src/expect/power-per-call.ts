/**
 * The power each of several calls is planned with, so that an exactly right run passes with `power`:
 * 1 − (1 − power)/K (Bonferroni's inequality).
 */
export function powerPerCall(power: number, calls: number): number {
  return 1 - (1 - power) / calls;
}

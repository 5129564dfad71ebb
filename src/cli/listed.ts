/** `h2 or grpc-js`, `verify, plan and demo`. */
export function listed(names: readonly string[], last: 'or' | 'and' = 'or'): string {
  const [end, ...others] = [...names].reverse();
  return others.length === 0 ? (end ?? '') : `${others.reverse().join(', ')} ${last} ${end ?? ''}`;
}

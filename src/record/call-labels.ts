/**
 * What tells the calls of a run apart in a sentence: what the user calls them, else `pkg.Service/Method`,
 * counted where several calls have the same name; null where the run has one call and nothing needs telling.
 *
 * @param names By call.
 */
export function callLabels(names: readonly string[]): (string | null)[] {
  if (names.length === 1) return [null];
  return names.map((name, index) => {
    const same = names.flatMap((other, at) => (other === name ? at : []));
    return same.length === 1 ? name : `${name} (${same.indexOf(index) + 1})`;
  });
}

/** A sentence about a call that says which; as it is where nothing needs telling. */
export function aboutCall(label: string | null | undefined, text: string): string {
  return typeof label === 'string' ? `${label}: ${text}` : text;
}

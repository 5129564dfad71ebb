const known = new Map<string, RegExp>();

/**
 * A regular expression of a CRD.
 * @throws SyntaxError when JavaScript has not what it uses.
 */
export function patternOf(text: string): RegExp {
  const found = known.get(text);
  if (found !== undefined) return found;
  // RE2 has flags within, of which CRDs use this one.
  const source = text.replace('(?i)', '');
  const pattern = new RegExp(source, source === text ? '' : 'i');
  known.set(text, pattern);
  return pattern;
}

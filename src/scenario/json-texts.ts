/**
 * Reads the JSON of one value, or of several that stand one after another: on lines of their own, or with
 * nothing between them, as grpcurl takes the messages of a stream.
 *
 * @returns The one value as it is; of several a list.
 * @throws SyntaxError when it is neither; JSON's own, of the whole text where there is one value.
 */
export function parseJsonTexts(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const parts = partsOf(text);
    if (parts.length < 2) throw error;
    return parts.map((part, index) => {
      try {
        return JSON.parse(part) as unknown;
      } catch (reason) {
        const problem = `message ${index + 1}: ${(reason as Error).message}`;
        throw new SyntaxError(problem, { cause: reason });
      }
    });
  }
}

/** Cuts a text where one value ends and another begins, whether or not they are JSON. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  while (from < text.length) {
    const end = endOfValue(text, from);
    const part = text.slice(from, end).trim();
    if (part !== '') parts.push(part);
    from = end;
  }
  return parts;
}

function endOfValue(text: string, from: number): number {
  let depth = 0;
  let isInText = false;
  let isBegun = false;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (isInText) {
      if (character === '\\') at += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') {
      isInText = true;
      isBegun = true;
    } else if (character === '{' || character === '[') {
      if (isBegun && depth === 0) return at;
      depth += 1;
      isBegun = true;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth <= 0) return at + 1;
    } else if (/\s/.test(character)) {
      if (isBegun && depth === 0) return at;
    } else {
      isBegun = true;
    }
  }
  return text.length;
}

/** A part of a text, and where it begins. */
interface Part {
  text: string;
  /** Line breaks before it. */
  linesBefore: number;
}

/**
 * Cuts a stream of JSON objects, one after the other with or without line breaks, as `kubectl` takes it.
 * Source: kubernetes/apimachinery pkg/util/yaml/decoder.go, YAMLOrJSONDecoder.
 *
 * @returns The parts, each with what is before it; `null` for anything but several objects.
 */
export function splitJsonObjects({ text, linesBefore }: Part): Part[] | null {
  if (!/^(?:---)?\s*\{/.test(text) || isJson(withoutMarker(text))) return null;
  const parts: Part[] = [];
  let start = 0;
  let line = linesBefore;
  for (const end of objectEnds(text)) {
    const part = text.slice(start, end);
    if (!isJson(withoutMarker(part))) return null;
    parts.push({ text: part, linesBefore: line });
    line += part.split('\n').length - 1;
    start = end;
  }
  return parts.length > 1 && text.slice(start).trim() === '' ? parts : null;
}

function withoutMarker(text: string): string {
  return text.replace(/^---/, '');
}

/** Where the braces outside of strings are all closed. */
function objectEnds(text: string): number[] {
  const ends: number[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') depth += 1;
    if (token !== '}') continue;
    depth -= 1;
    if (depth === 0) ends.push(index + 1);
  }
  return ends;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * What stands at a path of names in parsed JSON; in lists, names are indexes from 0.
 *
 * @returns Empty where nothing does, or something that is not a text, a number, true or false.
 */
export function valueAt(parsed: unknown, path: readonly string[]): string {
  let value = parsed;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return '';
    // A list has a length, and objects inherit: neither is in the message.
    const isThere = Array.isArray(value) ? isIndex(name) : true;
    value = isThere && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null;
  }
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return '';
  }
}

/** Whether a name on a path is an index of a list. */
export function isIndex(name: string): boolean {
  return /^(?:0|[1-9][0-9]{0,8})$/.test(name);
}

/** What stands at a path in a text that is JSON; undefined where it is not, or is a plain value. */
export function valueInJson(text: string, path: readonly string[]): string | undefined {
  try {
    // RFC 8259, section 8.1: a byte order mark may be ignored.
    const parsed: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    return typeof parsed === 'object' && parsed !== null ? valueAt(parsed, path) : undefined;
  } catch {
    return undefined;
  }
}

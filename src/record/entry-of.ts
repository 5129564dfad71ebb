/**
 * Looks up a name that came from elsewhere, and may be one that every object inherits something
 * under: `constructor`.
 */
export function entryOf<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

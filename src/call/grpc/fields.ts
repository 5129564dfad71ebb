import type { DescField, DescMessage } from '@bufbuild/protobuf';

/** A field by either of its names: `pod_name` of the contract, `podName` of its JSON form. */
export function fieldNamed({ fields }: DescMessage, name: string): DescField | undefined {
  return (
    fields.find((field) => field.name === name) ?? fields.find((field) => field.jsonName === name)
  );
}

/** Contracts may nest without end, and what is deep inside is seldom meant. */
const MOST_MESSAGES = 200;

/**
 * Looks for a field in the messages that a message holds, those on top first.
 *
 * @returns The names on the way to it, `0` for the first of a list; null where it is not found.
 */
export function whereFieldIs(type: DescMessage, name: string): string[] | null {
  const seen = new Set([type]);
  const levels: { message: DescMessage; way: string[] }[] = [{ message: type, way: [] }];
  for (const { message, way } of levels) {
    const field = fieldNamed(message, name);
    if (field !== undefined && field.message === undefined && field.fieldKind !== 'map') {
      return [...way, ...stepInto(field)];
    }
    for (const inner of message.fields) {
      if (inner.fieldKind === 'map' || inner.message === undefined) continue;
      if (seen.has(inner.message) || seen.size >= MOST_MESSAGES) continue;
      seen.add(inner.message);
      levels.push({ message: inner.message, way: [...way, ...stepInto(inner)] });
    }
  }
  return null;
}

function stepInto({ name, fieldKind }: DescField): string[] {
  return fieldKind === 'list' ? [name, '0'] : [name];
}

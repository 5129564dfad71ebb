import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

const NOTHING: JsonObject = {};

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns An empty one where it is none. */
export function objectIn(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** @returns An empty one where it is none. */
export function listIn(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** @returns An empty one where it is none. */
export function textIn(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

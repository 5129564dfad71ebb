import { plainLines } from './plain-text.js';

/** A value as JSON, indented. What is not seen is escaped: JSON is read on terminals, too. */
export function renderJson(value: object): string {
  return `${plainLines(JSON.stringify(value, null, 2))}\n`;
}

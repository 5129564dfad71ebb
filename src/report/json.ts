import { plainText } from './plain-text.js';

/** A value as JSON, indented. What is not seen is escaped: JSON is read on terminals, too. */
export function renderJson(value: object): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.split('\n').map(plainText).join('\n')}\n`;
}

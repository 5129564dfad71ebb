import { InputError } from '../input-error.js';

/** Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const NAME = '[A-Za-z0-9](?:[\\w.-]{0,61}[A-Za-z0-9])?';
const LABEL = new RegExp(
  `^\\s*((?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?${NAME})\\s*=\\s*(${NAME}|)\\s*$`,
);

/**
 * Reads `--client-labels`, the labels of the client's pod.
 *
 * @param text `app=shop,version=v1`; empty for a pod without any.
 * @throws InputError when a part is no label, or a label is given twice.
 */
export function parseClientLabels(text: string): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (const part of text.trim() === '' ? [] : text.split(',')) {
    const [, key, value] = LABEL.exec(part) ?? [];
    if (key === undefined || value === undefined)
      throw new InputError(`"${part}" is not a label such as app=shop: write KEY=VALUE,KEY=VALUE`, {
        path: '--client-labels',
      });
    if (labels.has(key))
      throw new InputError(`"${text}" gives the label ${key} twice`, { path: '--client-labels' });
    labels.set(key, value);
  }
  return Object.fromEntries(labels);
}

import { plainLines, plainText } from './plain-text.js';

/** An element with what stands in it: elements, made by this, one a line, or none. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[] = [],
): string {
  const begin = opening(name, attributes);
  if (content.length === 0) return `<${begin}/>`;
  const inner = content.map((line) => line.replaceAll(/^(?= *<)/gm, '  '));
  return `<${begin}>\n${inner.join('\n')}\n</${name}>`;
}

/** An element with text in it. @param text Its line ends stay. */
export function textElement(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text: string,
): string {
  return `<${opening(name, attributes)}>${escaped(plainLines(text))}</${name}>`;
}

function opening(name: string, attributes: Readonly<Record<string, string | number>>): string {
  const words = Object.entries(attributes).map(
    ([attribute, value]) => ` ${attribute}="${escaped(plainText(String(value)))}"`,
  );
  return `${name}${words.join('')}`;
}

/** Control characters, which XML 1.0 cannot hold, are shown by their numbers already. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

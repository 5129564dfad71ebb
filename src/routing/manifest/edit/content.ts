/** What is put into a manifest: a text, a list, or a mapping. */
export type Content = string | Content[] | { [name: string]: Content };

/** How a text is indented and written in block style. */
export interface BlockStyle {
  /** Columns of a mapping within a mapping. */
  indent: number;
  /** Columns of the dash of a list within a mapping; many write none. */
  listIndent: number;
}

/** How a text is written in flow style, JSON included. */
export interface FlowStyle {
  /** Names are in double quotes, as JSON has them. */
  quoted: boolean;
  /** Nothing stands after colons and commas. */
  compact: boolean;
}

/** Where a flow collection over several lines goes on. */
export interface FlowLines {
  newline: string;
  /** Columns before its fields. */
  column: number;
  /** Columns of one level. */
  indent: number;
}

const NO_STRING = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** The lines of a mapping or list in block style, the first column being its own. */
export function blockLines(content: Exclude<Content, string>, style: BlockStyle): string[] {
  if (Array.isArray(content)) return content.flatMap((item) => itemLines(item, style));
  return Object.entries(content).flatMap(([name, part]) => {
    if (typeof part === 'string') return [`${scalarText(name)}: ${scalarText(part)}`];
    const columns = Array.isArray(part) ? style.listIndent : style.indent;
    return [`${scalarText(name)}:`, ...indented(blockLines(part, style), columns)];
  });
}

function itemLines(item: Content, style: BlockStyle): string[] {
  if (typeof item === 'string') return [`- ${scalarText(item)}`];
  const [first = '', ...others] = blockLines(item, style);
  return [`- ${first}`, ...indented(others, 2)];
}

function indented(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => `${' '.repeat(columns)}${line}`);
}

/** @param lines Null for one line. */
export function flowText(content: Content, style: FlowStyle, lines: FlowLines | null): string {
  if (typeof content === 'string') return style.quoted ? quote(content) : scalarText(content);
  const inner = lines === null ? null : { ...lines, column: lines.column + lines.indent };
  const parts = Array.isArray(content)
    ? content.map((item) => flowText(item, style, inner))
    : Object.entries(content).map(([name, part]) => fieldText(name, part, style, inner));
  const [open, close] = Array.isArray(content) ? '[]' : '{}';
  if (lines === null) return `${open}${parts.join(style.compact ? ',' : ', ')}${close}`;
  const line = `${lines.newline}${' '.repeat(lines.column)}`;
  const innerLine = `${line}${' '.repeat(lines.indent)}`;
  return `${open}${innerLine}${parts.join(`,${innerLine}`)}${line}${close}`;
}

/** One field of a flow mapping. @param lines Null for one line; its column is the field's. */
export function fieldText(
  name: string,
  part: Content,
  style: FlowStyle,
  lines: FlowLines | null,
): string {
  const key = style.quoted ? quote(name) : scalarText(name);
  return `${key}:${style.compact ? '' : ' '}${flowText(part, style, lines)}`;
}

function scalarText(text: string): string {
  return /^[A-Za-z][\w-]*$/.test(text) && !NO_STRING.test(text) ? text : quote(text);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

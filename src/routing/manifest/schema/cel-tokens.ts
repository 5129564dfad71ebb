/** A piece of a rule in CEL. */
export interface Token {
  kind: 'name' | 'number' | 'string' | 'sign' | 'end';
  text: string;
}

const RAW = /r"""([^]*?)"""/y;
const STRING = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
const SIGN = /&&|\|\||[=!<>]=|[-!<>?:()[\]{}.,+*/%]/y;

/**
 * Splits a rule.
 * @throws Error when there is something in it that CEL has not.
 */
export function tokensOf(rule: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(rule);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    take(/\s+/y);
    if (at === rule.length) return [...tokens, { kind: 'end', text: '' }];
    tokens.push(nextToken(take));
  }
}

function nextToken(take: (pattern: RegExp) => RegExpExecArray | null): Token {
  const raw = take(RAW);
  if (raw !== null) return { kind: 'string', text: raw[1] ?? '' };
  const string = take(STRING);
  if (string !== null)
    return { kind: 'string', text: (string[1] ?? string[2] ?? '').replaceAll(/\\(.)/g, '$1') };
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['name', NAME],
    ['sign', SIGN],
  ] as const) {
    const found = take(pattern);
    if (found !== null) return { kind, text: found[0] };
  }
  throw new Error('not CEL');
}

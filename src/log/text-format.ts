import { InputError } from '../input-error.js';
import { envoyField } from './envoy-operators.js';
import type { LineNeeds } from './line-needs.js';
import type { LogField, LogFields } from './log-line.js';
import { isList, nginxField } from './nginx-variables.js';

/** Takes a line apart. @returns null for a line of another form. */
export type LineReader = (line: string) => LogFields | null;

/** What stands in the place of something that differs from line to line. */
interface Operator {
  /** As it stands in the format. */
  text: string;
  field: LogField | null;
  /** Whether its values are lists, or how many spaces they hold. */
  spaces: 'list' | number;
}

/** A part of a format: a text that is in every line, or an operator. */
type Part = string | Operator;

const PLACE = { path: '--access-log-format' };

/**
 * Compiles a format of lines of text to what takes them apart. A value ends where the character that
 * follows it in the format comes: the time it takes grows with the length of a line, and no more.
 *
 * @param format `[%START_TIME%] "%REQ(USER-AGENT)%" …` of Envoy, or `$remote_addr "$http_user_agent" …`
 *   of nginx.
 * @throws InputError when lines of it could not be taken apart, or do not say what is needed.
 */
export function textFormat(format: string, needs: LineNeeds): LineReader {
  const parts = partsOf(format.replace(/(?:\\n|\s)+$/, ''));
  const fields: LogField[] = [];
  const pattern = parts.map((part, index) => {
    if (typeof part === 'string') return escaped(part);
    const next = parts[index + 1];
    if (next !== undefined && typeof next !== 'string') throw nothingBetween(part, next);
    if (part.field === 'user-agent' && next?.startsWith(' ') === true) throw userAgentUnquoted();
    // Of two that say the same the first counts.
    if (part.field === null || fields.includes(part.field)) return `(?:${valueOf(part, next)})`;
    fields.push(part.field);
    return `(${valueOf(part, next)})`;
  });
  needs.requireIn(fields);
  const line = new RegExp(`^${pattern.join('')}$`, 's');
  return (text) => {
    const match = line.exec(text);
    if (match === null) return null;
    return Object.fromEntries(fields.map((field, index) => [field, match[index + 1] ?? '']));
  };
}

/** A command of Envoy's with its argument and its longest length; `%%` is a percent sign. */
export const ENVOY_OPERATOR = /%(?:([A-Z][A-Z0-9_]*)(?:\(([^)]*)\))?(?::\d+)?)?%/g;
const NGINX_VARIABLE = /\$(?:\{([a-z][a-z0-9_]*)\}|([a-z][a-z0-9_]*))/g;

function partsOf(format: string): Part[] {
  const isEnvoys = format.search(ENVOY_OPERATOR) >= 0;
  const isNginxs = format.search(NGINX_VARIABLE) >= 0;
  if (!isEnvoys && !isNginxs) {
    throw new InputError(
      "it has neither Envoy's operators, such as %UPSTREAM_HOST%, nor nginx's variables, such as $upstream_addr",
      PLACE,
    );
  }
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  for (const match of format.matchAll(isEnvoys ? ENVOY_OPERATOR : NGINX_VARIABLE)) {
    literal += format.slice(at, match.index);
    at = match.index + match[0].length;
    const operator = isEnvoys ? envoyOperator(match) : nginxVariable(match);
    if (operator === null) {
      literal += '%';
      continue;
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(operator);
  }
  literal += format.slice(at);
  return literal === '' ? parts : [...parts, literal];
}

function envoyOperator([text, name, argument = '']: RegExpExecArray): Operator | null {
  if (name === undefined) return null;
  const field = envoyField(name, argument);
  return { text, field, spaces: name === 'START_TIME' ? argument.split(' ').length - 1 : 0 };
}

function nginxVariable([text, braced, plain = '']: RegExpExecArray): Operator {
  const name = braced ?? plain;
  return { text, field: nginxField(name), spaces: isList(name) ? 'list' : 0 };
}

/** Neither ends in a comma nor begins with a colon what is an element by itself: a list has one end only. */
const LIST = '(?:(?!: )[^ ]+(?:,| :) )*(?!: )[^ ]*[^ ,]';

/** What the values of an operator look like. @param next What follows it. */
function valueOf({ spaces }: Operator, next: Part | undefined): string {
  if (typeof next !== 'string') return '.*';
  const end = next.charAt(0);
  if (end !== ' ') return `[^${escapedInClass(end)}]*`;
  return spaces === 'list' ? LIST : `[^ ]*(?: [^ ]*){${spaces}}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function escapedInClass(character: string): string {
  return /[\\^\]-]/.test(character) ? `\\${character}` : character;
}

function nothingBetween(one: Operator, other: Operator): InputError {
  return new InputError(
    `nothing stands between ${one.text} and ${other.text}, so that their values cannot be told apart`,
    PLACE,
  );
}

function userAgentUnquoted(): InputError {
  return new InputError(
    'user agents hold spaces: let the one in the format be followed by something else, such as a quote',
    PLACE,
  );
}

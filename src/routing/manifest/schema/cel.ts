import { type Token, tokensOf } from './cel-tokens.js';
import { callFunction, callMethod, equal, isIn, ordered } from './cel-functions.js';

/** What names stand for. */
type Scope = Readonly<Record<string, unknown>>;
type Expression = (scope: Scope) => unknown;

const known = new Map<string, Expression>();

/**
 * Whether a rule of a CRD holds for a value; one of which more is asked than is known here is taken to hold.
 * Source: the language definition of cel-spec, as far as the CRDs that are read make use of it.
 * @param self The value, its defaults filled in.
 */
export function ruleHolds(rule: string, self: unknown): boolean {
  try {
    return expressionOf(rule)({ self }) !== false;
  } catch (error) {
    return !(error instanceof NoSuchField);
  }
}

/** The server refuses a value where a rule asks for a field that is not there. */
class NoSuchField extends Error {}

/**
 * A rule as a function of what its names stand for.
 * @throws Error when it uses more of the language than is known here.
 */
export function expressionOf(rule: string): Expression {
  const found = known.get(rule) ?? new Parser(tokensOf(rule)).whole();
  known.set(rule, found);
  return found;
}

/** How tightly operators bind; those that are not here take no left side. */
const BINDING: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  in: 3,
  '+': 4,
};

const MACROS = ['all', 'exists', 'exists_one', 'filter'];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#conditional();
    if (this.#peek().kind !== 'end') throw new Error('more than one expression');
    return expression;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #takes(sign: string): boolean {
    const { kind, text } = this.#peek();
    if (kind === 'string' || text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #demand(sign: string): void {
    if (!this.#takes(sign)) throw new Error(`${sign} is missing`);
  }

  #conditional(): Expression {
    const condition = this.#binary(1);
    if (!this.#takes('?')) return condition;
    const yes = this.#conditional();
    this.#demand(':');
    const no = this.#conditional();
    return (scope) => (condition(scope) === true ? yes(scope) : no(scope));
  }

  #binary(least: number): Expression {
    let left = this.#unary();
    for (;;) {
      const { kind, text } = this.#peek();
      const binding = kind === 'string' ? undefined : BINDING[text];
      if (binding === undefined || binding < least) return left;
      this.#at += 1;
      left = combine(text, left, this.#binary(binding + 1));
    }
  }

  #unary(): Expression {
    if (this.#takes('!')) {
      const negated = this.#unary();
      return (scope) => negated(scope) !== true;
    }
    return this.#postfix(this.#primary());
  }

  #postfix(first: Expression): Expression {
    let of = first;
    for (;;) {
      if (this.#takes('[')) {
        const index = this.#conditional();
        this.#demand(']');
        of = select(of, index);
      } else if (this.#takes('.')) {
        const { text } = this.#next();
        of = this.#takes('(') ? this.#method(of, text) : select(of, () => fieldName(text));
      } else return of;
    }
  }

  #method(of: Expression, name: string): Expression {
    if (MACROS.includes(name)) {
      const { text: variable } = this.#next();
      this.#demand(',');
      const predicate = this.#conditional();
      this.#demand(')');
      return (scope) =>
        overItems(name, of(scope), (item) => predicate({ ...scope, [variable]: item }) === true);
    }
    const given = this.#arguments();
    return (scope) =>
      callMethod(
        name,
        of(scope),
        given.map((each) => each(scope)),
      );
  }

  #arguments(end = ')'): Expression[] {
    const given: Expression[] = [];
    while (!this.#takes(end)) {
      given.push(this.#conditional());
      this.#takes(',');
    }
    return given;
  }

  #primary(): Expression {
    const { kind, text } = this.#next();
    if (kind === 'string') return () => text;
    if (kind === 'number') return () => Number(text);
    if (kind === 'name') return this.#named(text);
    if (text === '(') {
      const inner = this.#conditional();
      this.#demand(')');
      return inner;
    }
    if (text === '[') {
      const items = this.#arguments(']');
      return (scope) => items.map((item) => item(scope));
    }
    if (text === '{' && this.#takes('}')) return () => ({});
    throw new Error(`${text} is not known here`);
  }

  #named(name: string): Expression {
    if (name === 'true' || name === 'false') return () => name === 'true';
    if (!this.#takes('('))
      return (scope) => {
        if (!Object.hasOwn(scope, name)) throw new Error(`${name} is not known`);
        return scope[name];
      };
    if (name === 'has') return this.#has();
    const given = this.#arguments();
    return (scope) =>
      callFunction(
        name,
        given.map((each) => each(scope)),
      );
  }

  /** `has(a.b)`: whether a, which must be there, has b. */
  #has(): Expression {
    let of = this.#primary();
    for (;;) {
      if (this.#takes('[')) {
        of = select(of, this.#conditional());
        this.#demand(']');
        continue;
      }
      this.#demand('.');
      const name = fieldName(this.#next().text);
      if (this.#takes(')')) return hasField(of, name);
      of = select(of, () => name);
    }
  }
}

function hasField(of: Expression, name: string): Expression {
  return (scope) => {
    const value = of(scope);
    if (typeof value !== 'object' || value === null) throw new Error('no fields');
    return ((value as Record<string, unknown>)[name] ?? null) !== null;
  };
}

/** Names of fields that are words of CEL are written `__namespace__`. */
function fieldName(text: string): string {
  return /^__(\w+)__$/.exec(text)?.[1] ?? text;
}

function select(of: Expression, step: Expression): Expression {
  return (scope) => {
    const value = of(scope);
    const part: unknown =
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[step(scope) as string]
        : undefined;
    if (part === undefined || part === null) throw new NoSuchField();
    return part;
  };
}

/** The names of a mapping are what is gone through. */
function overItems(
  macro: string,
  value: unknown,
  holds: (item: unknown) => boolean,
): boolean | unknown[] {
  if (typeof value !== 'object' || value === null) throw new Error('no items');
  const items: unknown[] = Array.isArray(value) ? value : Object.keys(value);
  switch (macro) {
    case 'all':
      return items.every(holds);
    case 'exists':
      return items.some(holds);
    case 'exists_one':
      return items.filter(holds).length === 1;
    default:
      return items.filter(holds);
  }
}

/** What one side decides alone it decides whether or not the other can be told. */
function decided(decisive: boolean, left: Expression, right: Expression, scope: Scope): boolean {
  let first: unknown;
  try {
    first = left(scope);
  } catch (error) {
    if (right(scope) === decisive) return decisive;
    throw error;
  }
  return first === decisive ? decisive : right(scope) === true;
}

function combine(operator: string, left: Expression, right: Expression): Expression {
  switch (operator) {
    case '||':
      return (scope) => decided(true, left, right, scope);
    case '&&':
      return (scope) => decided(false, left, right, scope);
    case '==':
      return (scope) => equal(left(scope), right(scope));
    case '!=':
      return (scope) => !equal(left(scope), right(scope));
    case 'in':
      return (scope) => isIn(left(scope), right(scope));
    case '+':
      return (scope) => Number(left(scope)) + Number(right(scope));
    default:
      return (scope) => ordered(operator, left(scope), right(scope));
  }
}

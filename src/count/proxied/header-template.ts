import { NO_FIELDS, type ProxyFields, saidText } from './proxy-fields.js';

type FieldName = Exclude<keyof ProxyFields, 'label'>;

/** A header's value as a route sets it, ready to read what comes of it. */
export interface HeaderTemplate {
  /** Characters that are always the same. */
  literalLength: number;
  /** Whether what varies can tell who answered. */
  hasFields: boolean;
  /** @returns null for a text that this template cannot have made. */
  read(text: string): ProxyFields | null;
}

/** `%NAME%`, `%NAME(arguments)%`, `%NAME(arguments):LENGTH%` */
const OPERATOR = /%([A-Z0-9_]+)(?:\(([^()]*)\))?(?::\d+)?%/y;

/**
 * Compiles the value of a response header as Envoy understands it: text, `%%`, and command operators.
 * Source: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
 *
 * @returns null for one that Envoy would refuse, and for one that is nothing but an unknown operator.
 */
export function headerTemplate(value: string): HeaderTemplate | null {
  const parts = partsOf(value.trim());
  if (parts === null) return null;
  const { literals, fields } = parts;
  const literalLength = literals.reduce((sum, { length }) => sum + length, 0);
  if (literalLength === 0 && fields.every((field) => field === null)) return null;
  return {
    literalLength,
    hasFields: fields.some((field) => field !== null),
    read: (text) => {
      const found = between(text, literals);
      if (found === null) return null;
      const read = { ...NO_FIELDS };
      fields.forEach((field, index) => {
        if (field !== null) read[field] = saidText(found[index] ?? '');
      });
      return read;
    },
  };
}

interface TemplateParts {
  /** One more than there are fields: what stands before, between and behind them. */
  literals: string[];
  /** null for what varies and tells nothing, or cannot be told from its neighbour. */
  fields: (FieldName | null)[];
}

function partsOf(value: string): TemplateParts | null {
  const literals: string[] = [];
  const fields: (FieldName | null)[] = [];
  let literal = '';
  for (let at = 0; at < value.length;) {
    const percent = value.indexOf('%', at);
    if (percent !== at) {
      const end = percent < 0 ? value.length : percent;
      literal += value.slice(at, end);
      at = end;
    } else if (value[at + 1] === '%') {
      literal += '%';
      at += 2;
    } else {
      OPERATOR.lastIndex = at;
      const match = OPERATOR.exec(value);
      if (match === null) return null;
      at = OPERATOR.lastIndex;
      if (fields.length > 0 && literal === '') {
        // Where nothing stands between two, it cannot be told where the one ends.
        fields[fields.length - 1] = null;
      } else {
        fields.push(fieldOf(match[1] ?? '', match[2] ?? ''));
        literals.push(literal);
      }
      literal = '';
    }
  }
  return { literals: [...literals, literal], fields };
}

function fieldOf(operator: string, argument: string): FieldName | null {
  switch (operator) {
    case 'UPSTREAM_HOST':
    case 'UPSTREAM_REMOTE_ADDRESS':
    case 'UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT':
      return 'host';
    case 'UPSTREAM_CLUSTER':
    case 'UPSTREAM_CLUSTER_RAW':
      return 'cluster';
    case 'UPSTREAM_METADATA':
      return isWorkload(argument) ? 'workload' : null;
    case 'RESP':
      return argument.toLowerCase() === 'x-envoy-peer-metadata-id' ? 'peer' : null;
    default:
      return null;
  }
}

/** `istio:workload`, and `["istio","workload"]`. */
function isWorkload(argument: string): boolean {
  return /^(?:istio:workload|\[\s*"istio"\s*,\s*"workload"\s*\])$/.test(argument.trim());
}

/**
 * What stands between literals that follow one another in a text, each as early as it can; the first at
 * its beginning, the last at its end. Takes linear time for each literal, whatever the text.
 */
function between(text: string, literals: readonly string[]): string[] | null {
  const [first = '', ...others] = literals;
  const last = others.pop();
  if (!text.startsWith(first)) return null;
  if (last === undefined) return text === first ? [] : null;
  const found: string[] = [];
  let at = first.length;
  for (const literal of others) {
    const next = text.indexOf(literal, at);
    if (next < 0) return null;
    found.push(text.slice(at, next));
    at = next + literal.length;
  }
  const end = text.length - last.length;
  if (end < at || !text.endsWith(last)) return null;
  return [...found, text.slice(at, end)];
}

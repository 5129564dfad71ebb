import type { RawAnswer } from '../call/answer.js';
import type { AnswerContents } from '../call/answer-contents.js';
import { maskedHeader, maskedText, type Secrets } from '../secrets.js';

/** One answer, for people to look at. Texts of the peer, without secrets, cut where they are long. Plain data. */
export interface AnswerExample {
  /** As the protocol numbers it. */
  status: number;
  /** `name: "value"`. */
  headers: string[];
  trailers: string[];
  /** The reply as JSON, or the text of the body; null where there is none that could be read. */
  reply: string | null;
  /** Bytes of it as it came. */
  replyBytes: number;
  /**
   * Where a pod that is known stands in it, as `--identity` takes it: `header:x-pod`; null where none was
   * found.
   */
  identity: string | null;
}

const MOST_FIELDS = 24;
const LONGEST_FIELD = 200;
const LONGEST_REPLY = 600;
/** Deeper in a reply nobody looks for a name. */
const MOST_DEPTH = 6;

/** How an answer is looked at. */
export interface ExampleReading {
  contents: AnswerContents;
  /** What `--identity` calls a place in the reply. */
  place: 'field' | 'json';
  /** Whether a text is the name of a known pod. */
  isKnown: (text: string) => boolean;
  secrets: Secrets;
}

/** Keeps what an answer says while it is handed over. Secrets go first: a part of one is one, too. */
export function exampleOf(answer: RawAnswer, reading: ExampleReading): AnswerExample {
  const { contents, place, isKnown, secrets } = reading;
  const { headers = [], trailers = [] } = answer.fields?.() ?? {};
  const replyBytes = answer.messageEnd - answer.messageStart;
  const reply = replyBytes > 0 ? (contents.shown(answer) ?? null) : null;
  const named = [
    ...headers.map(([name, value]) => ({ where: `header:${name}`, value })),
    ...trailers.map(([name, value]) => ({ where: `trailer:${name}`, value })),
    ...leavesOf(reply).map(({ path, value }) => ({ where: `${place}:${path.join('.')}`, value })),
  ];
  return {
    status: answer.status,
    headers: linesOf(headers, secrets),
    trailers: linesOf(trailers, secrets),
    reply: reply === null ? null : cut(maskedText(reply, secrets), LONGEST_REPLY),
    replyBytes,
    identity: named.find(({ value }) => isKnown(value))?.where ?? null,
  };
}

function linesOf(fields: readonly (readonly [string, string])[], secrets: Secrets): string[] {
  const lines = fields
    // The status stands beside them.
    .filter(([name]) => !name.startsWith(':'))
    // In quotes: what masks texts knows by them where a secret value ends.
    .map(([name, value]) => {
      const shown = cut(maskedHeader(name, value, secrets), LONGEST_FIELD);
      return `${name}: ${JSON.stringify(shown)}`;
    });
  const more = lines.length - MOST_FIELDS;
  return more > 0 ? [...lines.slice(0, MOST_FIELDS), `… and ${more} more`] : lines;
}

interface Leaf {
  path: readonly string[];
  value: string;
}

/** Texts of a reply that is JSON, by their paths. */
function leavesOf(reply: string | null): Leaf[] {
  if (reply === null || !/^\s*[[{]/.test(reply)) return [];
  try {
    return leavesIn(JSON.parse(reply), [], 0);
  } catch {
    return [];
  }
}

function leavesIn(value: unknown, path: readonly string[], depth: number): Leaf[] {
  if (typeof value === 'string') return [{ path, value }];
  if (typeof value !== 'object' || value === null || depth === MOST_DEPTH) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    leavesIn(part, [...path, name], depth + 1),
  );
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

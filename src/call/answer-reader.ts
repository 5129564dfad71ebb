import type { RawAnswer } from './answer.js';
import type { AnswerContents } from './answer-contents.js';
import type { GrpcAnswers } from './grpc/answers.js';
import type { HttpAnswers } from './http/answers.js';
import { loadDecompression } from './http/body.js';
import { httpContents } from './http/contents.js';
import { type Identity, identityReader, type IdentitySpec, namesNothing } from './identity.js';
import { entriesReader, type ReadEntries } from './forward-echo/entries.js';
import { loadHtmlParser } from './identity/html.js';
import { loadPatternEngine, type Pattern } from './pattern.js';

/** What it takes to read the answers of a call. Plain data: it travels to worker threads. */
export type AnswerFormat = GrpcAnswers | HttpAnswers;

/** Looks into the messages of gRPC: protobuf is loaded only where there are some. */
let grpcContents: ((format: GrpcAnswers) => AnswerContents) | undefined;

/**
 * What looks into answers for those who seek identities in them.
 *
 * @throws RangeError when {@link loadAnswerReaders} was not awaited.
 */
export function contentsOf(format: AnswerFormat): AnswerContents {
  if (format.kind === 'http') return httpContents(format);
  if (grpcContents === undefined) throw new RangeError('answer readers that were not loaded');
  return grpcContents(format);
}

/** Reads who gave an answer. */
export interface AnswerReader {
  /** Whether the bytes of this answer's message alone tell: equal ones need to be read once. */
  isToldByMessage(answer: RawAnswer): boolean;
  /** The header that is taken as it stands; null where it is not, or something else is read. */
  readonly wholeHeader: string | null;
  /** @returns undefined when the answer does not say. */
  identify(answer: RawAnswer): Identity | undefined;
  /** Reads the answers that one holds; null where it is one. */
  readonly entries: ReadEntries | null;
}

/** Sources that do not look at the message. */
const BESIDE_THE_MESSAGE: readonly string[] = ['header', 'trailer', 'cookie', 'access-log', 'none'];

/** Whether who gave an answer stands in its message. */
export function isInMessage({ source }: IdentitySpec): boolean {
  return !BESIDE_THE_MESSAGE.includes(source.kind);
}

/** Loads what reading some formats takes, once for each thread, before their readers are made. */
export async function loadAnswerReaders(formats: readonly AnswerFormat[]): Promise<void> {
  if (formats.some(({ kind }) => kind === 'grpc')) {
    ({ grpcContents } = await import('./grpc/contents.js'));
  }
  const identities = formats.map(({ identity }) => identity);
  await loadPatternEngine(identities.flatMap(patternsOf));
  if (identities.some(({ source }) => source.kind === 'html')) await loadHtmlParser();
  if (formats.some((format) => format.kind === 'http' && format.mayBeCompressed)) {
    await loadDecompression();
  }
}

function patternsOf({ source, pattern }: IdentitySpec): (Pattern | null)[] {
  return [pattern, source.kind === 'text' ? source.pattern : null];
}

/**
 * Compiles a format to its reader.
 *
 * @throws RangeError when {@link loadAnswerReaders} was not awaited and something had to be loaded.
 */
export function answerReader(format: AnswerFormat): AnswerReader {
  const { identity } = format;
  const { source, pattern, map } = identity;
  const contents = contentsOf(format);
  const isMessageRead = isInMessage(identity);
  const isByStatus = namesNothing(identity);
  return {
    wholeHeader: source.kind === 'header' && pattern === null && map === null ? source.name : null,
    isToldByMessage: ({ status }) => isMessageRead && (!isByStatus || contents.isSuccess(status)),
    identify: identityReader(identity, contents),
    entries: entriesOf(format, contents),
  };
}

function entriesOf(format: AnswerFormat, contents: AnswerContents): ReadEntries | null {
  const name = format.kind === 'grpc' ? format.entries : undefined;
  const listOf = name === undefined ? undefined : contents.list?.(name);
  return listOf === undefined ? null : entriesReader(format.identity, listOf);
}

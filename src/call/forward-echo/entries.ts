import type { RawAnswer } from '../answer.js';
import type { AnswerContents } from '../answer-contents.js';
import { type Identity, identityReader, type IdentitySpec } from '../identity.js';

/** What one of the requests was answered that an application made. */
export interface ForwardedEntry {
  /** undefined where it does not say. */
  identity: Identity | undefined;
  /** As the application prints it: `200`; empty where it prints none. */
  status: string;
  isOk: boolean;
}

/** The status with which the application says that a request went well, whatever was asked. */
const OK = '200';

/** Gives the entries of an answer; null where it is not of the form that has such. */
export type ReadEntries = (answer: RawAnswer) => ForwardedEntry[] | null;

/**
 * Compiles the reader of answers that hold one text for each request that was made.
 *
 * @param listOf Gives these texts.
 */
export function entriesReader(
  identity: IdentitySpec,
  listOf: (answer: RawAnswer) => readonly string[] | undefined,
): ReadEntries {
  let entry = '';
  const contents: AnswerContents = {
    isSuccess: () => statusIn(entry) === OK,
    shown: () => entry,
    text: () => entry,
    field: () => () => undefined,
    json: () => () => undefined,
  };
  const identify = identityReader(identity, contents);
  return (answer) =>
    listOf(answer)?.map((text) => {
      entry = text;
      const status = statusIn(text);
      return { identity: identify(answer), status, isOk: status === '' || status === OK };
    }) ?? null;
}

/**
 * The status of a request, as the application prints it: what it was answered with (`[0] StatusCode=503`, of
 * HTTP alone), else what stands in the answer (`[0 body] StatusCode=200`). Lines of request headers begin otherwise.
 */
function statusIn(text: string): string {
  const [, own = ''] = /^\[\d+\] StatusCode=(\w{1,12})\s*$/m.exec(text) ?? [];
  if (own !== '') return own;
  const all = [...text.matchAll(/^(?:\[\d+ body\] )?StatusCode=(\w{1,12})\s*$/gm)];
  return all.at(-1)?.[1] ?? '';
}

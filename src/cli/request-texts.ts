import { InputError } from '../input-error.js';
import { readText } from '../inputs/read-text.js';
import { parseJsonTexts } from '../scenario/json-texts.js';
import { templateIn, templateProblem } from '../scenario/templates.js';
import { MAX_DATA_BYTES } from './http-flags.js';

const DATA_EXAMPLE = `write it as '{"name": "jack"}', in single quotes for the shell`;

/**
 * Reads `--data` of a call: `JSON`, `@FILE`, `@` for standard input.
 *
 * @throws InputError when it cannot be read, or is no JSON.
 */
export async function parseData(given: string, signal: AbortSignal | undefined): Promise<unknown> {
  const flag = '--data';
  const text = await textOf(given, { flag, what: 'the data of the request', signal });
  return parseJson(text, flag, (reason) => problemOf(text, reason), parseJsonTexts);
}

/** Where a template stands for a number, the text is no JSON. */
function problemOf(text: string, reason: string): string {
  const template = templateIn(text);
  return template === null ? `not JSON: ${reason}; ${DATA_EXAMPLE}` : templateProblem(template);
}

/**
 * Reads `--metadata`, as {@link parseData} does. Its texts may be secrets, so that the reason, which quotes them, is
 * left out.
 *
 * @throws InputError likewise.
 */
export async function parseMetadata(
  given: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const flag = '--metadata';
  const text = await textOf(given, { flag, what: 'the metadata of the request', signal });
  return parseJson(
    text,
    flag,
    () => 'not JSON: write an object of texts, such as {"x-user": "jack"}',
  );
}

/** The text itself; of `@FILE` what the file holds, of `@` and `@-` standard input. */
async function textOf(
  given: string,
  source: { flag: string; what: string; signal: AbortSignal | undefined },
): Promise<string> {
  if (!given.startsWith('@')) return given;
  const file = given.slice(1);
  const from = file === '' ? '-' : file;
  const { name, text } = await readText({ ...source, from, maxBytes: MAX_DATA_BYTES });
  if (text.trim() !== '') return text;
  throw new InputError(`${name} is empty: give the request as JSON, {} for an empty one`, {
    path: source.flag,
  });
}

function parseJson(
  text: string,
  flag: string,
  problem: (reason: string) => string,
  parse: (text: string) => unknown = JSON.parse,
): unknown {
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(problem(reason.replaceAll(/\s+/g, ' ')), { path: flag });
  }
}

import { addAbortSignal, type Readable } from 'node:stream';
import { InputError, type InputPlace, STANDARD_INPUT } from '../input-error.js';
import { boundedBytes, type ReadBounds } from './bounded-bytes.js';
import { fileChunks, WRITER_PATIENCE, type WriterPatience } from './file-chunks.js';
import { PROCESS_INPUT, type StandardInput } from './standard-input.js';

/** A text to be read. */
export interface TextSource extends ReadBounds {
  /** A path; `-` for standard input. */
  from: string;
  /** The option that names it, for messages: `--cacert`. */
  flag?: string;
}

/** A text, and what it is called in messages. */
export interface NamedText {
  /** The path as the user gave it, or `standard input`. */
  name: string;
  text: string;
}

/**
 * Reads a text: a file, a pipe, a device, or standard input.
 *
 * @param standardInput Where `-` is read.
 * @throws InputError when it cannot be read, is too large or in UTF-16, or reading was interrupted.
 */
export async function readText(
  source: TextSource,
  standardInput: StandardInput = PROCESS_INPUT,
): Promise<NamedText> {
  const bytes = await readBytes(source, standardInput);
  const name = nameOf(source.from);
  if (isUtf16(bytes)) {
    const place = { file: name, ...(source.flag === undefined ? {} : { path: source.flag }) };
    throw new InputError('it is UTF-16, as PowerShell writes files: save it as UTF-8', place);
  }
  // Leaves out a byte order mark, as editors on Windows write it.
  return { name, text: new TextDecoder().decode(bytes) };
}

/**
 * Reads bytes, as {@link readText} does a text.
 *
 * @throws InputError likewise.
 */
export async function readBytes(
  source: TextSource,
  standardInput: StandardInput = PROCESS_INPUT,
): Promise<Buffer> {
  const { from, what, flag, signal } = source;
  const place = { file: nameOf(from), ...(flag === undefined ? {} : { path: flag }) };
  try {
    const chunks =
      from === '-' ? inputChunks(standardInput, what, signal) : fileChunks(from, signal);
    return await boundedBytes(chunks, source, place);
  } catch (error) {
    if (signal?.aborted === true) throw interrupted(place);
    throw unreadable(error, what, place);
  }
}

/** Texts that are read begin with a character of ASCII: in UTF-16 it has a NUL beside it, or a mark is before it. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return false;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMarked || ((first === 0) !== (second === 0) && bytes.length % 2 === 0);
}

function nameOf(from: string): string {
  return from === '-' ? STANDARD_INPUT : from;
}

function inputChunks(
  standardInput: StandardInput,
  what: string,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const stream = standardInput.take(what);
  return unlessSilent(signal === undefined ? stream : addAbortSignal(signal, stream));
}

/** What a stream gives, unless nothing comes for too long. */
async function* unlessSilent(
  stream: Readable,
  { silenceMs }: WriterPatience = WRITER_PATIENCE,
): AsyncGenerator<Uint8Array> {
  const giveUp = (): void => {
    stream.destroy(new Error(`nothing has come for ${Math.round(silenceMs / 1000)} s`));
  };
  let silence = setTimeout(giveUp, silenceMs);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      clearTimeout(silence);
      yield chunk;
      silence = setTimeout(giveUp, silenceMs);
    }
  } finally {
    clearTimeout(silence);
  }
}

/** The error of a reading that was given up. */
export function interrupted(place: InputPlace): InputError {
  return new InputError('reading it was interrupted', place, 'ABORT_ERR');
}

/**
 * What the system's error means to the user.
 *
 * @param what What was to be read: `a manifest`.
 * @returns The same error where it is one of input already.
 */
export function unreadable(error: unknown, what: string, place: InputPlace): InputError {
  if (error instanceof InputError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError('no such file: check its name', place);
    case 'EISDIR':
      return new InputError(`this is a folder: name ${what} in it`, place);
    case 'EACCES':
    case 'EPERM':
      return new InputError('it may not be read (permission denied)', place);
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new InputError(`it cannot be read: ${reason}`, place);
    }
  }
}

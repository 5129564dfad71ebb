/** What standard input is called where files are, in messages too. */
export const STANDARD_INPUT = 'standard input';

/** What stands before an object's kind and name where files are, when it was read from a cluster. */
export const CLUSTER_PLACE = 'cluster: ';

/** Where in the user's input a mistake stands. All parts are optional; `message` begins with them. */
export interface InputPlace {
  /** The file as the user named it, or a word for it: `command line`, `standard input`, `cluster: Service default/echo`. */
  file?: string;
  /** 1-based line in that file. */
  line?: number;
  /** 1-based column in that line. */
  column?: number;
  /** 1-based number of the YAML document in it, where it holds several. */
  document?: number;
  /** Path of the field, e.g. `spec.http[0].route[1].weight`. */
  path?: string;
}

/**
 * What kind of mistake it is: `ERR_SPLITPROOF_INPUT`, or `ABORT_ERR` (as Node.js has it) where a signal aborted while
 * an input was read.
 */
export type InputErrorCode = 'ERR_SPLITPROOF_INPUT' | 'ABORT_ERR';

/**
 * The command line, a scenario or a manifest is wrong. Nothing was sent; the exit status is 2.
 * The message is one sentence that says what is wrong and what to do about it.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly place: InputPlace;
  /** The message without the place. */
  readonly problem: string;
  /** Stays the same when messages change, and where a program has this package twice. */
  readonly code: InputErrorCode;

  /**
   * @param problem What is wrong and what to do, without the place.
   * @param place Where it stands; it becomes the beginning of `message`.
   */
  constructor(
    problem: string,
    place: InputPlace = {},
    code: InputErrorCode = 'ERR_SPLITPROOF_INPUT',
  ) {
    const where = formatPlace(place);
    super(where === '' ? problem : `${where}: ${problem}`);
    this.place = place;
    this.problem = problem;
    this.code = code;
  }

  /** @returns Its parts as plain data, for logs and other processes. */
  toJSON(): {
    name: string;
    code: InputErrorCode;
    message: string;
    problem: string;
    place: InputPlace;
  } {
    const { name, code, message, problem, place } = this;
    return { name, code, message, problem, place };
  }
}

/** `vs.yaml:14 (document 2): spec.http[0].route[1].weight`, with the parts that are known. */
export function formatPlace({ file, line, document, path }: InputPlace): string {
  const where = file === undefined ? '' : line === undefined ? file : `${file}:${line}`;
  const which = document === undefined ? '' : `(document ${document})`;
  const place = [where, which].filter((part) => part !== '').join(' ');
  return [place, path ?? ''].filter((part) => part !== '').join(': ');
}

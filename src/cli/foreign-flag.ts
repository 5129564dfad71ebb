/** A flag of another tool, and what becomes of it. */
export interface ForeignFlag {
  /** As its users write it, every way: `--data-file`, `-D`. */
  names: readonly string[];
  /** A value that it may have; null: it is a switch. */
  example: string | null;
  /** Words of a command that it makes sense in; absent: verify. */
  within?: readonly [string, ...string[]];
  /** curl's users mean something else by its letter: it is theirs where the target is a URL. */
  isCurlsToo?: true;
  becomes: Becomes;
}

/** What is said of it besides stands in the documentation. */
export type Becomes =
  /** The flag of this name, with the same value. */
  | { kind: 'same'; flag: string; note?: string }
  /** Other words. @throws InputError where its value means something that there is not. */
  | { kind: 'words'; wordsOf: (value: string, line: ForeignLine) => string[]; note?: string }
  /** Nothing: what it asks for is what is done anyway. */
  | { kind: 'nothing'; because: string }
  /** A mistake, with what to write in its place. */
  | { kind: 'refused'; because: string };

/** The command line that a flag stands in. */
export interface ForeignLine {
  /** The flag as it is written, with its dashes. */
  flag: string;
  command: string | undefined;
  /** The value of the first of some flags that is there; null where none is. */
  valueOf: (names: readonly string[]) => string | null;
}

/** What `-v` is to those. */
export const VERBOSE =
  'it shows the version to ghz, and more of an answer to grpcurl: say --version, or make the call with splitproof call';

/** "Insecure" to two tools that users come from, which mean opposite things by it. */
export const INSECURE =
  'it means plaintext to ghz and "skip verification" to grpcurl: say --plaintext or --skip-verify';

import type { RawAnswer } from './answer.js';

/**
 * Gives a text of an answer: empty where the answer has none, undefined where it is not of the form
 * that has such texts, so that nothing is known of it.
 */
export type ReadText = (answer: RawAnswer) => string | undefined;

/** What can be looked into in the answers of a kind of call. */
export interface AnswerContents {
  /** Whether an answer with this status is what a caller hopes for: then what is absent says something. */
  isSuccess(status: number): boolean;
  /** The message for people to look at: JSON, or the text of a body; undefined where it is not of the form. */
  shown(answer: RawAnswer): string | undefined;
  /** All texts, one a line. */
  text: ReadText;
  /** What stands in the message at a path. */
  field(path: readonly string[]): ReadText;
  /** What stands at a path in JSON that is the message, or a text of it. */
  json(path: readonly string[]): ReadText;
  /**
   * The texts of a list in the message, by its name; undefined where the message is not of the form. Absent:
   * messages of this kind have none.
   */
  list?(name: string): (answer: RawAnswer) => readonly string[] | undefined;
}

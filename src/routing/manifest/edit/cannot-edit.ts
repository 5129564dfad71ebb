/** The text of an object is written in a way in which it cannot be changed safely. */
export class CannotEdit extends Error {
  override readonly name = 'CannotEdit';
}

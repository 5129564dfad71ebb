/** Answers to questions that are asked again and again; it forgets all of them when they become many. */
export class Memory<T> {
  static readonly #most = 100;
  readonly #answers = new Map<string, T>();

  /**
   * @param question What is asked.
   * @param answer Finds the answer, the first time.
   */
  get(question: string, answer: () => T): T {
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    if (this.#answers.size >= Memory.#most) this.#answers.clear();
    const found = answer();
    this.#answers.set(question, found);
    return found;
  }
}

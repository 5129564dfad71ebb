/** Things that come to be known by name, each awaited by whoever wants to know it, before or after. */
export class Told<T> {
  readonly #known = new Map<string, { promise: Promise<T>; resolve: (value: T) => void }>();

  tell(name: string, value: T): void {
    this.#entry(name).resolve(value);
  }

  of(name: string): Promise<T> {
    return this.#entry(name).promise;
  }

  #entry(name: string): { promise: Promise<T>; resolve: (value: T) => void } {
    let entry = this.#known.get(name);
    if (entry === undefined) {
      let resolve: (value: T) => void = () => undefined;
      const promise = new Promise<T>((resolved) => (resolve = resolved));
      entry = { promise, resolve };
      this.#known.set(name, entry);
    }
    return entry;
  }
}

import { InputError, type InputPlace } from '../../input-error.js';
import { HELM_TEMPLATE_PROBLEM, hasHelmAction } from './helm-template.js';
import type { PathStep, SourceDocument } from './source-document.js';

/** A value in a manifest together with the place where it stands, for reading it with good errors. */
export class ManifestNode {
  readonly source: SourceDocument;
  readonly value: unknown;
  readonly #parent: ManifestNode | null;
  readonly #step: PathStep;

  private constructor(
    source: SourceDocument,
    value: unknown,
    parent: ManifestNode | null,
    step: PathStep,
  ) {
    this.source = source;
    this.value = value;
    this.#parent = parent;
    this.#step = step;
  }

  /** All that a document holds. */
  static ofDocument(source: SourceDocument): ManifestNode {
    return new ManifestNode(source, source.value, null, '');
  }

  /** A part of a document that was read for itself. @param path Where it stands. */
  static ofPart(source: SourceDocument, path: readonly PathStep[], value: unknown): ManifestNode {
    const last = path.length - 1;
    return path.reduce<ManifestNode>(
      (parent, step, at) => new ManifestNode(source, at === last ? value : undefined, parent, step),
      new ManifestNode(source, last < 0 ? value : undefined, null, ''),
    );
  }

  /** From the document's beginning. Made when it is asked for: most nodes are read and forgotten. */
  get path(): readonly PathStep[] {
    return this.#parent === null ? [] : [...this.#parent.path, this.#step];
  }

  /** True when the field is not there, or `null`, which Kubernetes treats alike. */
  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  place(): InputPlace {
    const { file, number, hasLines } = this.source;
    const steps = this.path;
    const path = formatPath(steps);
    return {
      file,
      ...(hasLines ? this.source.positionOf(steps) : {}),
      ...(number === null ? {} : { document: number }),
      ...(path === '' ? {} : { path }),
    };
  }

  /** The error to throw for a mistake at this value. */
  error(problem: string): InputError {
    return new InputError(problem, this.place());
  }

  field(name: string): ManifestNode {
    return new ManifestNode(this.source, this.#mapping()[name], this, name);
  }

  /** What stands further down; absent where a step leads nowhere. */
  at(path: readonly PathStep[]): ManifestNode {
    return path.reduce<ManifestNode>((node, step) => {
      const { source, value } = node;
      const part: unknown =
        typeof value === 'object' && value !== null
          ? (value as Readonly<Record<PathStep, unknown>>)[step]
          : undefined;
      return new ManifestNode(source, part, node, step);
    }, this);
  }

  /** The fields in the order of the document; none when absent. */
  fields(): [string, ManifestNode][] {
    return Object.keys(this.#mapping()).map((name) => [name, this.field(name)]);
  }

  /** The items of a list; none when absent. */
  items(): ManifestNode[] {
    if (this.absent) return [];
    if (!Array.isArray(this.value)) throw this.#wrong('a list');
    return this.value.map(
      (item: unknown, index) => new ManifestNode(this.source, item, this, index),
    );
  }

  string(): string {
    if (typeof this.value !== 'string') throw this.#wrong('a string');
    if (hasHelmAction(this.value)) throw this.error(HELM_TEMPLATE_PROBLEM);
    return this.value;
  }

  /** A string, or `null` when absent. */
  optionalString(): string | null {
    return this.absent ? null : this.string();
  }

  number(): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value))
      throw this.#wrong('a number');
    return this.value;
  }

  /** A whole number, or `null` when absent. */
  optionalInteger(): number | null {
    if (this.absent) return null;
    const value = this.number();
    if (!Number.isSafeInteger(value)) throw this.#wrong('a whole number');
    return value;
  }

  /** `true` or `false`; absent is `false`, as in every Kubernetes API. */
  boolean(): boolean {
    if (this.absent) return false;
    if (typeof this.value !== 'boolean') throw this.#wrong('true or false');
    return this.value;
  }

  strings(): string[] {
    return this.items().map((item) => item.string());
  }

  /**
   * A mapping of strings, as labels and annotations are; empty when absent. In Kubernetes' own types, the
   * metadata of any object among them, `null` is kept as the empty string, as API servers do.
   */
  stringMap(): Record<string, string> {
    return Object.fromEntries(this.fields().map(([name, node]) => [name, node.#text()]));
  }

  /** A mapping of strings in the `spec` of a custom resource, where API servers drop `null`. */
  customStringMap(): Record<string, string> {
    return Object.fromEntries(
      this.fields()
        .filter(([, node]) => !node.absent)
        .map(([name, node]) => [name, node.#text()]),
    );
  }

  #text(): string {
    if (this.absent) return '';
    if (typeof this.value === 'number' || typeof this.value === 'boolean')
      throw this.error(`must be a string: put ${JSON.stringify(this.value)} in quotes`);
    // Annotations may have templates of others in them.
    return typeof this.value === 'string' ? this.value : this.string();
  }

  #mapping(): Record<string, unknown> {
    if (this.absent) return {};
    if (typeof this.value !== 'object' || Array.isArray(this.value)) throw this.#wrong('a mapping');
    return this.value as Record<string, unknown>;
  }

  #wrong(expected: string): InputError {
    if (typeof this.value === 'string' && hasHelmAction(this.value))
      return this.error(HELM_TEMPLATE_PROBLEM);
    return this.error(
      `must be ${expected}, ${this.absent ? 'and is missing' : `not ${describe(this.value)}`}`,
    );
  }
}

/** `spec.http[0].route[1].weight`. */
function formatPath(path: readonly PathStep[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w@-]+$/.test(step)) return `${text}["${step}"]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string')
    return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

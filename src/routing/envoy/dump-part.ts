import { InputError } from '../../input-error.js';
import { JsonText } from '../manifest/json-text.js';
import { ManifestNode } from '../manifest/manifest-node.js';
import { type PathStep, SourceDocument } from '../manifest/source-document.js';

/** A part of a configuration dump that is read only where it is wanted. */
export interface DumpPart {
  readonly is: 'list' | 'object' | 'something else';
  /** @returns undefined where there is none. */
  field(name: string): DumpPart | undefined;
  /** None where it is no list. */
  items(): Iterable<DumpPart>;
  /** Reads it. */
  node(): ManifestNode;
}

/** YAML takes fifty times its size to be read; JSON is read in parts. */
const MOST_YAML = 8 * 1024 * 1024;

/**
 * The whole of a dump.
 *
 * @param file Its name, for messages.
 * @throws InputError when it is neither JSON nor YAML, or empty.
 */
export function dumpParts(text: string, file: string): DumpPart {
  if (/^\s*[[{]/.test(text)) {
    const json = new JsonText(text, file);
    return new JsonPart(json, json.root(), [], SourceDocument.ofParts(json, file));
  }
  if (text.length > MOST_YAML) {
    throw new InputError(
      'it is not JSON, and too large to be read as YAML: write it with -o json',
      {
        file,
      },
    );
  }
  const [document] = SourceDocument.readAll(text, file);
  if (document === undefined) throw new InputError('the configuration dump is empty', { file });
  return new NodePart(ManifestNode.ofDocument(document));
}

class JsonPart implements DumpPart {
  readonly #json: JsonText;
  readonly #at: number;
  readonly #path: readonly PathStep[];
  readonly #source: SourceDocument;

  constructor(json: JsonText, at: number, path: readonly PathStep[], source: SourceDocument) {
    this.#json = json;
    this.#at = at;
    this.#path = path;
    this.#source = source;
  }

  get is(): DumpPart['is'] {
    if (this.#json.isList(this.#at)) return 'list';
    return this.#json.isObject(this.#at) ? 'object' : 'something else';
  }

  field(name: string): DumpPart | undefined {
    for (const field of this.#json.fields(this.#at)) {
      if (field.name === name) return this.#part(field.valueAt, name);
    }
    return undefined;
  }

  *items(): Generator<DumpPart> {
    let index = 0;
    for (const at of this.#json.items(this.#at)) yield this.#part(at, index++);
  }

  node(): ManifestNode {
    return ManifestNode.ofPart(this.#source, this.#path, this.#json.valueAt(this.#at));
  }

  #part(at: number, step: PathStep): JsonPart {
    return new JsonPart(this.#json, at, [...this.#path, step], this.#source);
  }
}

class NodePart implements DumpPart {
  readonly #node: ManifestNode;

  constructor(node: ManifestNode) {
    this.#node = node;
  }

  get is(): DumpPart['is'] {
    const { value } = this.#node;
    if (Array.isArray(value)) return 'list';
    return typeof value === 'object' ? 'object' : 'something else';
  }

  field(name: string): DumpPart | undefined {
    const field = this.#node.field(name);
    return field.absent ? undefined : new NodePart(field);
  }

  items(): DumpPart[] {
    return this.is === 'list' ? this.#node.items().map((node) => new NodePart(node)) : [];
  }

  node(): ManifestNode {
    return this.#node;
  }
}

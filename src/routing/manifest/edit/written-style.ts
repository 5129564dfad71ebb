import { isMap, isScalar, isSeq } from 'yaml';
import type { BlockStyle, FlowStyle } from './content.js';
import type { Collection } from './field-path.js';
import { columnOf, endOf, type ObjectTree, startOf } from './object-tree.js';

/** How the collections on the way to a place are written. */
export class WrittenStyle {
  readonly #text: string;
  readonly block: BlockStyle = { indent: 2, listIndent: 0 };
  readonly flow: FlowStyle = { quoted: false, compact: false };

  constructor({ text, root }: ObjectTree) {
    this.#text = text;
    this.#learnFlow(root);
  }

  /** @param key The field's name, where the part stands in a mapping. */
  learn(within: Collection, key: unknown, node: unknown): void {
    this.#learnFlow(node);
    if (!isMap(within) || within.flow === true) return;
    const text = this.#text;
    const columns = columnOf(text, startOf(node)) - columnOf(text, startOf(key));
    if (isSeq(node) && node.flow !== true) this.block.listIndent = columns;
    else if (isMap(node) && node.flow !== true) this.block.indent = columns;
  }

  #learnFlow(node: unknown): void {
    if (!isMap(node) || node.flow !== true) return;
    const [first] = node.items;
    if (!isScalar(first?.key)) return;
    this.flow.quoted = first.key.type === 'QUOTE_DOUBLE';
    this.flow.compact = this.flow.quoted && this.#text[endOf(first.key) + 1]?.trim() !== '';
  }
}

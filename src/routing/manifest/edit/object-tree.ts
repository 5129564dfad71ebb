import { isAlias, isMap, isNode, isSeq, parseDocument, type Document } from 'yaml';
import { CannotEdit } from './cannot-edit.js';
import { type Collection, isCollection } from './field-path.js';

/** The text of an object, and where the parts of it stand. */
export interface ObjectTree {
  text: string;
  root: Collection;
  value: unknown;
  /** As the text ends its lines. */
  newline: string;
}

/** Reads a text as manifests are read. @throws CannotEdit when it does not hold one object. */
export function readTree(text: string): ObjectTree {
  const document = parseDocument(text, {
    merge: true,
    logLevel: 'silent',
    prettyErrors: false,
  });
  const { contents } = document;
  if (document.errors.length > 0 || !isCollection(contents))
    throw new CannotEdit('the object does not stand by itself');
  return {
    text,
    root: contents,
    value: valueOf(document),
    newline: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new CannotEdit('the object refers to anchors elsewhere');
  }
}

/** A copy in which an alias is a value of its own, so that changing one changes no other. */
export function unshared(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** The mapping or list that a node is. @throws CannotEdit for anything else. */
export function collectionOf(node: unknown, name: string): Collection {
  if (isCollection(node)) return node;
  throw new CannotEdit(
    isAlias(node) ? `${name} is an alias of something else` : `${name} is there, and holds nothing`,
  );
}

/** Where a node begins. For a list in block style that is its first dash. */
export function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Where the last character of a node's content is followed by something else. */
export function endOf(node: unknown): number {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last !== undefined) return endOf(last.value ?? last.key);
  }
  if (isSeq(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

/** Where the line begins that a character stands in. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the line after a content begins, which may be the text's end. A block scalar ends its line. */
export function lineAfter(text: string, end: number): number {
  if (text[end - 1] === '\n') return end;
  const newline = text.indexOf('\n', end);
  return newline < 0 ? text.length : newline + 1;
}

/** Columns before a character. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

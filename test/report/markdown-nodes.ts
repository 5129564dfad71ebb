import { parsers } from 'prettier/plugins/markdown';

/** A piece of a document in Markdown, as far as tests look at it. */
export interface MarkdownNode {
  type: string;
  value?: string;
  url?: string;
  children?: MarkdownNode[];
}

/** All pieces of a document, as prettier's reader of GitHub's Markdown finds them, outer ones first. */
export async function markdownNodes(text: string): Promise<MarkdownNode[]> {
  const root = (await parsers.markdown.parse(text, {} as never)) as MarkdownNode;
  const all = (node: MarkdownNode): MarkdownNode[] => [node, ...(node.children ?? []).flatMap(all)];
  return all(root);
}

/** What is shown of a piece. */
export function shownText({ value, children, type }: MarkdownNode): string {
  if (type === 'html') return '';
  return (value ?? '') + (children ?? []).map(shownText).join('');
}

import { InputError } from '../../input-error.js';

type Document = ReturnType<(typeof import('htmlparser2'))['parseDocument']>;
type Node = Document['children'][number];
type Element = Extract<Node, { attribs: unknown }>;

/** What of the libraries is used. */
interface HtmlLibraries {
  /** @throws RangeError where elements nest too deeply. */
  parse: (page: string) => Document;
  compile: (typeof import('css-select'))['compile'];
  selectOne: (typeof import('css-select'))['selectOne'];
  textContent: (typeof import('domutils'))['textContent'];
}

/** What is read in a page: the text of the first element that a selector matches, or its attribute. */
export interface PageSpot {
  selector: string;
  /** null: the element's text. */
  attribute: string | null;
}

/** As browsers have it. The libraries walk by recursion, and take time as the square of the depth. */
const MAX_NESTING = 512;

let libraries: HtmlLibraries | undefined;

/** Loads the HTML parser and what selects in its trees. */
export async function loadHtmlParser(): Promise<void> {
  if (libraries !== undefined) return;
  const [{ DomHandler, Parser }, { compile, selectOne }, { textContent }] = await Promise.all([
    import('htmlparser2'),
    import('css-select'),
    import('domutils'),
  ]);
  class BoundedTree extends DomHandler {
    override onopentag(name: string, attributes: Record<string, string>): void {
      if (this.tagStack.length > MAX_NESTING) throw new RangeError('elements nest too deeply');
      super.onopentag(name, attributes);
    }
  }
  const parse = (page: string): Document => {
    const tree = new BoundedTree();
    new Parser(tree).end(page);
    return tree.root;
  };
  libraries = { parse, compile, selectOne, textContent };
}

/**
 * Reads `CSS-SELECTOR` or `CSS-SELECTOR@ATTRIBUTE`.
 *
 * @param flag The option it stands in, for the message.
 * @throws InputError when it is not a selector.
 */
export async function parsePageSpot(text: string, flag: string): Promise<PageSpot> {
  const [, selector = text, attribute = null] = /^(.*\S)\s*@([\w:.-]+)$/s.exec(text) ?? [];
  const spot = { selector: selector.trim(), attribute: attribute?.toLowerCase() ?? null };
  await loadHtmlParser();
  try {
    pageReader(spot);
  } catch (error) {
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new InputError(
      `"${spot.selector}" is not a CSS selector (${reason}): write one such as #pod, p.served-by or meta[name=pod]@content`,
      { path: flag },
    );
  }
  return spot;
}

/**
 * Compiles a spot to the function that reads it.
 *
 * @returns A function that gives the text there, white space as one blank; empty where nothing is
 *   there, undefined where the page has no element at all or nests too deeply.
 * @throws RangeError when {@link loadHtmlParser} was not awaited; the library's error when the selector
 *   is wrong.
 */
export function pageReader({ selector, attribute }: PageSpot) {
  if (libraries === undefined) throw new RangeError('the HTML parser was not loaded');
  const { parse, compile, selectOne, textContent } = libraries;
  const matches = compile<Node, Element>(selector);
  return (page: string): string | undefined => {
    if (!/<[a-z]/i.test(page)) return undefined;
    try {
      const element = selectOne<Node, Element>(matches, parse(page).children);
      if (element === null) return '';
      const text = attribute === null ? textContent(element) : element.attribs[attribute];
      return text?.replaceAll(/\s+/g, ' ').trim() ?? '';
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  };
}

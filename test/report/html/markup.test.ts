import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Parser } from 'htmlparser2';
import { type Content, html, pageText } from '../../../src/report/html/markup.js';

/** What a foreign parser finds in a page. */
function parsed(page: string): { text: string; tags: string[]; attributes: string[] } {
  const found = { text: '', tags: [] as string[], attributes: [] as string[] };
  const parser = new Parser({
    ontext: (text) => (found.text += text),
    onopentagname: (tag) => found.tags.push(tag),
    onattribute: (_, value) => found.attributes.push(value),
  });
  parser.end(page);
  return found;
}

describe('markup', () => {
  it('text is text, in elements and attributes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from(`<>"'&;/=a! -\\`)) }), (text) => {
        const { tags, attributes, ...found } = parsed(
          pageText(html`<p title="${text}">${text}</p>`),
        );
        assert.equal(found.text, text);
        assert.deepEqual(tags, ['p']);
        assert.deepEqual(attributes, [text]);
      }),
    );
  });

  it('what is not seen is shown', () => {
    assert.equal(pageText(html`${'a\u0000\n\u202eb'}`), 'a\\u0000\\u000a\\u202eb');
  });

  it('markup, lists of it, numbers and nothing stand as they are', () => {
    const items = ['a', 'b'].map((item) => html`<i>${item}</i>`);
    assert.equal(pageText(html`<p>${items}${3}${null}</p>`), '<p><i>a</i><i>b</i>3</p>');
  });

  it('nothing else can be taken for markup', () => {
    // @ts-expect-error -- its key is known to the module alone
    const forged: Content = { safe: '<script>' };
    assert.throws(() => html`${forged}`);
  });
});

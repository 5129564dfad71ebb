import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounded, type Part } from '../../src/report/markdown/bounded.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { goldenRecord } from './golden-runs.js';
import { markdownNodes } from './markdown-nodes.js';

const part = (of: string, items: string[]): Part => ({ of, before: 'b', items, after: 'a' });

describe('the size of Markdown', () => {
  it('leaves out what there is no room for, the last first, and says what', () => {
    const parts = [part('ones', ['1'.repeat(50)]), part('twos', ['2'.repeat(50), '2'.repeat(400)])];
    const text = bounded([...parts, part('threes', ['3'])], 800);
    assert.ok(text.length <= 800, text);
    assert.match(text, /^b1{50}ab2{50}ab3a\n/);
    assert.match(text, /hold 800 characters: 1 twos\.\n$/);
  });

  it('is what it is where all has room', () => {
    assert.equal(bounded([part('ones', ['1']), part('none', [])], 800), 'b1a');
  });

  it('stays below that of comments however much is found, and stays a document', async () => {
    const record = await goldenRecord('verify-finding-of-the-route');
    const [finding] = record.findings;
    const [destination] = record.calls[0]!.split!.destinations;
    record.findings = Array.from({ length: 2000 }, () => finding!);
    record.calls[0]!.split!.destinations = Array.from({ length: 200 }, () => destination!);
    const text = renderMarkdown(record);
    assert.ok(text.length <= 65_536, `${text.length}`);
    assert.match(text, /65,536 characters: .*findings/);
    const nodes = await markdownNodes(text);
    const [table] = nodes.filter(({ type }) => type === 'table');
    assert.equal(table!.children!.length, 201);
  });
});

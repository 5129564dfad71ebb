import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderConsole } from '../../src/report/console/console.js';
import { renderHtml } from '../../src/report/html/html-report.js';
import { renderMarkdown } from '../../src/report/markdown/markdown.js';
import { goldenRecord } from './golden-runs.js';
import { acrossChange } from './html/page-records.js';

const RECORD = acrossChange(await goldenRecord('verify-pass'));
const PAGE = renderHtml(RECORD);

describe('a run across a change of weights', () => {
  it('is told with the moment to a tenth of a second, also after minutes', () => {
    const texts = [
      renderConsole(RECORD, { width: 200, colour: false }),
      renderMarkdown(RECORD),
      PAGE,
    ];
    for (const text of texts) {
      assert.match(
        text,
        /changed 83\.4 s into the run, at [\d:]+\.\d{3}Z; between 83\.2 s and 83\.6 s/,
      );
      assert.match(text, /failed 83\.4 s to 83\.5 s into the run, from [\d:.]+Z: 2 × UNAVAILABLE/);
    }
  });

  it('has the change first on its page', () => {
    const [first] = [...PAGE.matchAll(/<h2[^>]*>([^<]*)/g)].map(([, title]) => title?.trim());
    assert.equal(first, 'Across the change');
  });

  it('is not said to have been judged without a tolerance', () => {
    assert.doesNotMatch(PAGE, /There is no tolerance/);
    assert.match(
      PAGE,
      /The time before the change and the time after it are judged each by itself/,
    );
  });
});

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'puppeteer-core';
import { renderHtml } from '../../src/report/html/html-report.js';
import { type DrivenBrowser, startBrowser } from '../fixtures/chromium.js';
import { HOSTILE, pageRecords } from '../report/html/page-records.js';

type Scheme = 'light' | 'dark';

/** Both themes at each width are for the pages that have most in them. */
const EVERY_VIEW: readonly [width: number, scheme: Scheme][] = [
  [360, 'light'],
  [360, 'dark'],
  [800, 'light'],
  [800, 'dark'],
  [1400, 'light'],
  [1400, 'dark'],
];
const SOME_VIEWS: typeof EVERY_VIEW = [
  [360, 'light'],
  [1400, 'dark'],
];
const SEEN_FROM_ALL_SIDES = ['every-part'];

const RECORDS = await pageRecords();

describe('the page of a run in a browser', () => {
  let chromium: DrivenBrowser;
  let page: Page;
  const seen: string[] = [];

  before(async () => {
    chromium = await startBrowser();
    page = await chromium.browser.newPage();
    page.on('console', (entry) => seen.push(`console: ${entry.text()}`));
    page.on('pageerror', (error) => seen.push(`error: ${String(error)}`));
    page.on('dialog', (dialog) => {
      seen.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => seen.push(`request: ${request.url()}`));
  });
  after(() => chromium.close());

  /** Opens the page of a record by itself. @returns All that it asked for or complained of. */
  async function open(name: string, width: number, scheme: Scheme): Promise<string[]> {
    const file = path.join(chromium.folder, `${name}.html`);
    await writeFile(file, renderHtml(RECORDS[name]!));
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaType('screen');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    seen.length = 0;
    const url = pathToFileURL(file).href;
    await page.goto(url, { waitUntil: 'load' });
    return seen.filter((entry) => entry !== `request: ${url}` && entry !== 'request: data:,');
  }

  for (const name of Object.keys(RECORDS)) {
    const views = SEEN_FROM_ALL_SIDES.includes(name) ? EVERY_VIEW : SOME_VIEWS;
    for (const [width, scheme] of views) {
      it(`${name}: is whole and readable by all at ${width} px, ${scheme}`, async () => {
        assert.deepEqual(await open(name, width, scheme), []);
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        assert.ok(Number(wide) <= width, `the page is ${String(wide)} px wide`);
        // All that is folded is to be looked at, too.
        await page.evaluate('document.querySelectorAll("details").forEach((e) => (e.open = true))');
        assert.deepEqual(await violations(page), []);
        const open_ = await page.evaluate('document.documentElement.scrollWidth');
        assert.ok(Number(open_) <= width, `unfolded, the page is ${String(open_)} px wide`);
      });
    }
  }

  it('text of others is text: nothing of it runs, or becomes an element', async () => {
    assert.deepEqual(await open('hostile', 800, 'light'), []);
    const found = await page.evaluate(`({
      title: document.title,
      elements: document.querySelectorAll('script, img, b, textarea, [onload], [onerror], [onmouseover]').length,
      text: document.querySelector('.summary').textContent,
    })`);
    const { title, elements, text } = found as { title: string; elements: number; text: string };
    assert.notEqual(title, 'taken');
    assert.equal(elements, 0);
    assert.ok(text.includes(HOSTILE.slice(0, 140)), text);
  });

  it('nothing would run even if it were there: the policy of the page forbids it', async () => {
    await open('pass', 800, 'light');
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
    }`);
    assert.equal(await page.evaluate('window.ran === undefined'), true);
    assert.ok(seen.some((entry) => entry.includes('Content Security Policy')));
  });

  it('in print all is unfolded, on white, whatever the theme', async () => {
    await open('every-part', 800, 'dark');
    await page.emulateMediaType('print');
    const found = await page.evaluate(`({
      hidden: [...document.querySelectorAll('details > .folded')].filter((e) => e.getBoundingClientRect().height === 0).length,
      folded: document.querySelectorAll('details').length,
      ink: getComputedStyle(document.body).color,
    })`);
    const { hidden, folded, ink } = found as { hidden: number; folded: number; ink: string };
    assert.ok(folded > 3);
    assert.equal(hidden, 0);
    assert.equal(ink, 'rgb(27, 31, 36)');
  });
});

/** What axe finds that keeps somebody from reading the page. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] })',
  )) as AxeResults;
  return results.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join('; ')}`,
  );
}

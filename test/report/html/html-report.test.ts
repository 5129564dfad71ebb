import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { Parser } from 'htmlparser2';
import { renderHtml } from '../../../src/report/html/html-report.js';
import { formatCount, formatShare } from '../../../src/report/numbers.js';
import { pageRecords } from './page-records.js';

const RECORDS = await pageRecords();
const COMMON_BYTES = 150_000;
const MOST_BYTES = 400_000;

function page(name: string): string {
  return renderHtml(RECORDS[name]!);
}

/** Every value of an attribute, in order. */
function valuesOf(text: string, attribute: string): string[] {
  return [...text.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(
    ([, value = '']) => value,
  );
}

describe('the page of a run', () => {
  for (const name of Object.keys(RECORDS)) {
    it(`${name}: is well-formed, and its parts lead to each other`, () => {
      const text = page(name);
      // It throws where something is not closed, or quoted, or stands twice.
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- what replaces it is another package
      new XMLParser().parse(text.replace('<!doctype html>', ''), true);
      const ids = valuesOf(text, 'id');
      assert.equal(new Set(ids).size, ids.length, 'an id stands twice');
      const links = [
        ...valuesOf(text, 'href').flatMap((href) => (href.startsWith('#') ? [href.slice(1)] : [])),
        ...valuesOf(text, 'aria-labelledby').flatMap((value) => value.split(' ')),
      ];
      for (const id of links) assert.ok(ids.includes(id), `nothing has the id ${id}`);
    });

    it(`${name}: loads nothing and runs nothing`, () => {
      const text = page(name);
      const tags = new Set<string>();
      const attributes = new Set<string>();
      new Parser({
        onopentagname: (tag) => tags.add(tag),
        onattribute: (attribute) => attributes.add(attribute),
      }).end(text);
      for (const tag of ['script', 'img', 'iframe', 'object', 'embed', 'b', 'textarea', 'image']) {
        assert.ok(!tags.has(tag), tag);
      }
      for (const attribute of attributes) {
        assert.doesNotMatch(attribute, /^(?:src|srcset|style|xlink|on)/);
      }
      assert.doesNotMatch(text, /url\(|@import/);
    });

    it(`${name}: headings are in order, below one of the page`, () => {
      const levels = [...page(name).matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
      assert.equal(levels.filter((level) => level === 1).length, 1);
      levels.forEach((level, at) => {
        assert.ok(at === 0 ? level === 1 : level <= levels[at - 1]! + 1);
      });
    });

    it(`${name}: says the verdict before all else`, () => {
      const { verdict } = RECORDS[name]!;
      const [before = ''] = page(name).split('<main');
      assert.match(before, new RegExp(`<title>${verdict}: `, 'i'));
      assert.match(before, new RegExp(`<h1>\\s*<span class="badge ${verdict}"`));
    });

    it(`${name}: is small enough to be sent around`, () => {
      const bytes = Buffer.byteLength(page(name));
      assert.ok(bytes < (name === 'huge' ? MOST_BYTES : COMMON_BYTES), `${bytes} bytes`);
    });
  }

  it('has the figures of each destination, and of each end of requests', () => {
    const text = page('fail');
    const { split } = RECORDS.fail!.calls[0]!;
    for (const { observed, share } of split!.destinations) {
      assert.ok(text.includes(`>${formatCount(observed)}<`));
      assert.ok(text.includes(`>${formatShare(share!)}<`));
    }
    assert.match(text, /−10\.15 pp, out of tolerance/);
    assert.match(text, /3,089 requests were due: 3,089 sent, 0 not/);
  });

  it('draws a share where it is on its axis', () => {
    // 49.85 % on an axis that ends at 65 % × 1.15.
    const x = (0.4985432 / (0.65 * 1.15)) * 100;
    assert.ok(page('fail').includes(`<svg class="symbol" x="${x.toFixed(2)}%"`), String(x));
  });

  it('says what it leaves out of very much', () => {
    const text = page('huge');
    for (const note of [
      '280 more destinations stand in the table alone.',
      '240 more destinations are left out here; the record has them.',
      '1,950 more connections and 288 more destinations are left out here',
      '450 more are left out here; the record has them.',
    ]) {
      assert.ok(text.includes(note), note);
    }
  });

  it('has a section for each of several calls, and a list of them', () => {
    const text = page('several-calls');
    for (const id of ['calls', 'call-1', 'call-2', 'call-3']) {
      assert.ok(text.includes(`<section id="${id}"`), id);
      assert.ok(text.includes(`<a href="#${id}">`), id);
    }
  });

  it('leads from a finding to its page, and from no other text', () => {
    assert.match(page('pinned'), /href="https:\/\/[^"]*\/docs\/findings\.md#pinned-connections"/);
    const outside = valuesOf(page('hostile'), 'href').filter((href) => href.startsWith('http'));
    assert.deepEqual(outside, []);
  });

  it('a run that reached nobody says so, without empty pictures', () => {
    const text = page('unreachable');
    assert.match(text, /No request was sent/);
    assert.doesNotMatch(text, /<figure/);
  });
});

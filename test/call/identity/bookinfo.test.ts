import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { httpAnswer, whoGave } from '../answers.js';

/** Reviews as both generations of the product page show them. */
interface Shown {
  /** Of the first reviewer's stars; null: the reviews are not rated. */
  stars: string | null;
  /** In place of stars. */
  ratingsError?: string;
  pod?: string;
  reviews?: number;
}

/** The page of today: stars are drawings, and the pod stands below each review. */
function todaysPage({ stars, ratingsError, pod, reviews = 2 }: Shown): string {
  const rating =
    ratingsError !== undefined
      ? `<p class="text-red-500">${ratingsError}</p>`
      : stars === null
        ? ''
        : `<div class="flex gap-x-1 text-${stars}-500">
             <svg class="h-5 w-5 flex-none" viewBox="0 0 20 20"><path d="M10 2"/></svg>
           </div>`;
  const served =
    pod === undefined ? '' : `<div class="font-mono">Reviews served by: \n    ${pod}\n  </div>`;
  return page(`<h4 class="text-3xl font-semibold">Book Details</h4>
    <h4 class="text-3xl font-semibold">Book Reviews</h4>
    <div class="flex">${`<section>${rating}
      <blockquote class="mt-10"><p>"Funny, and short."</p></blockquote>
      <div>Reviewer<div>${served}</div></div></section>`.repeat(reviews)}</div>`);
}

/** The older page: stars are glyphs in a coloured font; later ones name the pod below the reviews. */
function olderPage({ stars, ratingsError, pod, reviews = 2 }: Shown): string {
  const rating =
    ratingsError !== undefined
      ? `<p><i>${ratingsError}</i></p>`
      : stars === null
        ? ''
        : `<font color="${stars}"><span class="glyphicon glyphicon-star"></span></font>`;
  const served = pod === undefined ? '' : `<dl><dt>Reviews served by:</dt>\n<u>${pod}</u></dl>`;
  return page(`<h4 class="text-center text-primary">Book Details</h4><dl><dt>Type:</dt>paperback</dl>
    <h4 class="text-center text-primary">Book Reviews</h4>
    ${`<blockquote><p>Funny, and short.</p><small>Reviewer</small>${rating}</blockquote>`.repeat(reviews)}
    ${served}`);
}

function page(reviews: string): string {
  return `<!DOCTYPE html><html><head><title>Simple Bookstore App</title></head><body>
    <nav class="bg-gray-800"><a href="#">BookInfo Sample</a>
    <a class="text-red-500" href="#">Sign in</a></nav>
    <h3 class="text-center">The Comedy of Errors</h3>
    <p>Summary: <i>one</i> of his early plays</p>${reviews}</body></html>`;
}

const UNAVAILABLE = 'Ratings service is currently unavailable';
const NO_REVIEWS = page(`<h4 class="text-center text-primary">Error fetching product reviews!</h4>
  <p>Sorry, product reviews are currently unavailable for this book.</p>`);

describe('who gave the reviews in a product page', () => {
  for (const [generation, shown] of [
    ['today', todaysPage],
    ['older', olderPage],
  ] as const) {
    const cases: [string, Shown, string | undefined][] = [
      ['no stars', { stars: null }, 'v1'],
      ['black stars', { stars: 'black' }, 'v2'],
      ['red stars', { stars: 'red' }, 'v3'],
      ['stars of another colour', { stars: 'constructor' }, undefined],
      ['no ratings', { stars: null, ratingsError: UNAVAILABLE }, undefined],
      ['no reviews', { stars: null, reviews: 0 }, undefined],
      ['a pod', { stars: null, pod: 'reviews-v1-5b7b-x2kq9' }, 'reviews-v1-5b7b-x2kq9'],
      ['a pod and stars', { stars: 'red', pod: 'reviews-v2-5b7b-x2kq9' }, 'reviews-v2-5b7b-x2kq9'],
      ['a pod that does not know its name', { stars: 'red', pod: 'null' }, 'v3'],
    ];
    for (const [what, given, expected] of cases) {
      it(`${generation}: ${what} → ${expected ?? 'nobody'}`, async () => {
        const answer = httpAnswer(shown(given));
        const identity = await whoGave('http', { source: 'bookinfo' }, answer);
        assert.equal(identity?.pod, expected);
        const isVersion = expected?.length === 2;
        assert.equal(identity?.version ?? null, isVersion ? expected : null);
      });
    }
  }

  it('is nobody where the page is another one, or has no reviews', async () => {
    for (const body of [NO_REVIEWS, page(''), 'upstream connect error', '', '<blockquote>']) {
      assert.equal(await whoGave('http', { source: 'bookinfo' }, httpAnswer(body)), undefined);
    }
  });

  it('can be told by a selector and a map, too', async () => {
    for (const [shown, source, map] of [
      [
        todaysPage,
        'html:div[class*=gap-x-1]@class',
        { 'flex gap-x-1 text-black-500': 'v2', 'flex gap-x-1 text-red-500': 'v3', '': 'v1' },
      ],
      [olderPage, 'html:blockquote font@color', { black: 'v2', red: 'v3', '': 'v1' }],
    ] as const) {
      for (const [stars, expected] of [
        [null, 'v1'],
        ['black', 'v2'],
        ['red', 'v3'],
      ] as const) {
        const identity = await whoGave('http', { source, map }, httpAnswer(shown({ stars })));
        assert.equal(identity?.pod, expected);
      }
    }
  });

  it('takes linear time, whatever the server sends', async () => {
    for (const body of [
      `<h4>Book Reviews</h4>${'Reviews served by: <'.repeat(50_000)}`,
      `<h4>Book Reviews</h4>Reviews served by:${' '.repeat(500_000)}`,
      `<h4${' '.repeat(500_000)}`,
      '<h4>'.repeat(200_000),
      `<h4>${' '.repeat(500_000)}`,
    ]) {
      assert.equal(await whoGave('http', { source: 'bookinfo' }, httpAnswer(body)), undefined);
    }
  });
});

import { escaped } from './escaped.js';
import type { Details, Product, Review, Reviews } from './products.js';
import { STYLE } from './style.js';

/** What the page shows. */
export interface PageContent {
  product: Product;
  /** null: they could not be had. */
  details: Details | null;
  /** null: they could not be had. */
  reviews: Reviews | null;
  /** Who is logged in; null for nobody. */
  user: string | null;
}

/** Writes the product page. */
export type Page = (content: PageContent) => string;

const STARS = 5;
const STAR = 'M12 2.6l2.9 5.9 6.5.9-4.7 4.6 1.1 6.4-5.8-3-5.8 3 1.1-6.4L2.6 9.4l6.5-.9z';

/**
 * The page as Bookinfo has it today: stars are `text-black-500` or `text-red-500`, and the pod stands
 * after "Reviews served by:".
 */
export const pageOfToday: Page = ({ product, details, reviews, user }) => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${product.title}</title>
<link rel="icon" href="/static/img/reader.svg">
<style>${STYLE}</style>
</head>
<body>
<nav class="bar"><a href="/productpage">Bookinfo</a>${session(user)}</nav>
<main>
<h1>${product.title}</h1>
<p class="lead">${product.descriptionHtml}</p>
<h4>Book Details</h4>
${details === null ? unavailable('details') : detailsTable(details)}
<h4>Book Reviews</h4>
${reviews === null ? unavailable('reviews') : reviewList(reviews)}
</main>
</body>
</html>
`;

function session(user: string | null): string {
  if (user !== null) return `<span>${escaped(user)} · <a href="/logout">Sign out</a></span>`;
  return '<form method="post" action="/login"><input name="username" aria-label="Username" placeholder="Username" required><button>Sign in</button></form>';
}

const ROWS = [
  ['ISBN-10', 'ISBN-10'],
  ['Publisher', 'publisher'],
  ['Pages', 'pages'],
  ['Type', 'type'],
  ['Language', 'language'],
] as const;

function detailsTable(details: Details): string {
  const head = ROWS.map(([title]) => `<th scope="col">${title}</th>`).join('');
  const cells = ROWS.map(([, field]) => `<td>${escaped(String(details[field]))}</td>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody><tr>${cells}</tr></tbody></table>`;
}

function reviewList({ reviews, podname, clustername }: Reviews): string {
  const cluster = clustername === 'null' ? '' : ` on cluster ${escaped(clustername)}`;
  const served = `<div class="served font-mono">Reviews served by: ${escaped(podname)}${cluster}</div>`;
  const sections = reviews.map(
    ({ reviewer, text, rating }) => `<section>
${stars(rating)}<blockquote><p>"${escaped(text)}"</p></blockquote>
<div class="by"><img src="/static/img/reader.svg" alt=""><div><div class="who">${escaped(reviewer)}</div>
${served}</div></div>
</section>`,
  );
  return `<div class="reviews">\n${sections.join('\n')}\n</div>`;
}

function stars(rating: Review['rating']): string {
  if (rating === undefined) return '';
  const each = Array.from({ length: STARS }, (_, index) => {
    const fill = index < rating.stars ? 'currentColor' : 'none';
    return `<svg viewBox="0 0 24 24" fill="${fill}" stroke="currentColor" aria-hidden="true"><path d="${STAR}"/></svg>`;
  });
  // Not in the style sheet: there, every version's page would hold the words that tell them apart.
  const color = rating.color === 'red' ? '#ef4444' : '#000';
  return `<div class="flex gap-x-1 text-${rating.color}-500" style="color:${color}">${each.join('')}</div>\n`;
}

function unavailable(what: string): string {
  return `<p class="text-error">Error fetching product ${what}</p>`;
}

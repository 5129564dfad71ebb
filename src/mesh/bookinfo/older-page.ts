import { escaped } from './escaped.js';
import type { Page } from './page.js';
import type { Review } from './products.js';

const STARS = 5;

/**
 * The page as Bookinfo had it before: stars are `glyphicon-star` in a `<font color>`, and there is no
 * pod on it.
 */
export const olderPage: Page = ({ product, reviews, user }) => `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>${product.title}</title>
</head>
<body>
<nav>${user === null ? '<a href="/login">Sign in</a>' : escaped(user)}</nav>
<h3 class="text-center text-primary">${product.title}</h3>
<p>${product.descriptionHtml}</p>
<h4 class="text-center text-primary">Book Reviews</h4>
${
  reviews === null
    ? '<h4>Error fetching product reviews!</h4>'
    : reviews.reviews.map(review).join('\n')
}
</body>
</html>
`;

function review({ reviewer, text, rating }: Review): string {
  return `<blockquote>
<p>${escaped(text)}</p>
<small>${escaped(reviewer)}</small>
${rating === undefined ? '' : `<font color="${rating.color}">\n${stars(rating.stars)}\n</font>`}
</blockquote>`;
}

function stars(full: number): string {
  return Array.from({ length: STARS }, (_, index) => {
    const kind = index < full ? 'glyphicon-star' : 'glyphicon-star-empty';
    return `<span class="glyphicon ${kind}"></span>`;
  }).join('\n');
}

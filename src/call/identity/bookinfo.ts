import type { Found } from '../pattern.js';

/** Which version of `reviews` rates with stars of which colour, and which without any. */
const VERSIONS = new Map([
  ['black', 'v2'],
  ['red', 'v3'],
]);
const WITHOUT_STARS = 'v1';

/** Stands above reviews that came, and nowhere else. */
const HEADING = /<h\d[^<>]*>\s*Book Reviews\s*</;
/** Tags may stand in between. The application says `null` where it does not know its own name. */
const SERVED_BY = /Reviews served by:(?:\s|<[^<>]*>)*([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?)/;
/** Stars of the page as it is today, and of the older one. */
const STARS = /class="flex gap-x-1 text-([a-z]+)-\d+"|<font color="([a-z]+)"/g;
/** Where the ratings did not come, both pages say why in place of the stars. */
const NO_RATINGS = /<p class="text-red-\d+">|<p><i>/;

/**
 * Which `reviews` the product page of Istio's Bookinfo shows the answer of: the pod that it names,
 * else the version by its stars. Pages without reviews show nobody's, and without ratings no version's.
 * Both generations of the page are read (samples/bookinfo/src/productpage of istio/istio).
 */
export function findInProductPage(page: string): Found | null {
  const heading = page.search(HEADING);
  if (heading < 0) return null;
  const reviews = page.slice(heading);
  const pod = SERVED_BY.exec(reviews)?.[1];
  if (pod !== undefined && pod !== 'null') return { text: pod, version: null };
  const version = versionByStars(reviews);
  return version === null ? null : { text: version, version };
}

function versionByStars(reviews: string): string | null {
  const colours = new Set([...reviews.matchAll(STARS)].map(([, today, older]) => today ?? older));
  if (colours.size === 1) return VERSIONS.get([...colours][0] ?? '') ?? null;
  const areUnrated = colours.size === 0 && reviews.includes('<blockquote');
  return areUnrated && !NO_RATINGS.test(reviews) ? WITHOUT_STARS : null;
}

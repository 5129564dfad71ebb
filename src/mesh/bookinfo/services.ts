import type { HttpReply, HttpRequest, HttpService } from '../http-server.js';
import { ERROR_MESSAGE } from '../pod-errors.js';
import { DETAILS, RATINGS, REVIEWS, type Review, type Reviews } from './products.js';
import { json, NOT_FOUND } from './replies.js';

/** Which stars a version of the reviews service adds; v1 asks for no ratings. */
const STAR_COLOR: Readonly<Record<string, string>> = { v2: 'black', v3: 'red' };

/** The id of the only book. */
const BOOK = '0';

/** `GET /details/0` */
export const details: HttpService = (request) =>
  isFor(request, 'details') ? json(200, DETAILS) : NOT_FOUND;

/** `GET /ratings/0` */
export const ratings: HttpService = (request) =>
  isFor(request, 'ratings') ? json(200, RATINGS) : NOT_FOUND;

/**
 * `GET /reviews/0`, as one pod of one version answers it.
 *
 * @param ratingsService Where v2 and v3 get their stars.
 */
export function reviewsOf(
  { name, version }: { name: string; version: string },
  ratingsService: HttpService,
): HttpService {
  const color = STAR_COLOR[version];
  const answer = (reviews: Review[]): Reviews => {
    return { id: BOOK, podname: name, clustername: 'null', reviews };
  };
  return async (request) => {
    if (!isFor(request, 'reviews')) return NOT_FOUND;
    if (color === undefined) return json(200, answer([...REVIEWS]));
    const { headers } = request;
    const rated = await ratingsService({
      method: 'GET',
      path: `/ratings/${BOOK}`,
      headers,
      body: '',
    });
    const stars = (JSON.parse(rated.body) as typeof RATINGS).ratings;
    return json(
      200,
      answer(REVIEWS.map((own) => ({ ...own, rating: { stars: stars[own.reviewer], color } }))),
    );
  };
}

/**
 * What a pod of the reviews answers that cannot reach what it needs.
 *
 * @param pod Its name, for errors that say whose they are.
 */
export function reviewsFailure(pod: string | null): HttpReply {
  return json(500, { error: ERROR_MESSAGE, ...(pod === null ? {} : { podname: pod }) });
}

function isFor({ method, path }: HttpRequest, service: string): boolean {
  return (method === 'GET' || method === 'HEAD') && path === `/${service}/${BOOK}`;
}

import type { HttpReply, HttpRequest, HttpService } from '../http-server.js';
import type { Page } from './page.js';
import { type Details, PRODUCT, type Reviews } from './products.js';
import { json, NOT_FOUND } from './replies.js';
import { logIn, logOut, userOf } from './session.js';
import { READER } from './style.js';

/** The services that the product page calls, each by its own route. */
export interface CalledServices {
  details: HttpService;
  reviews: HttpService;
  ratings: HttpService;
}

/** Headers of the request that are sent on, beside the user's name. */
const SENT_ON = ['x-request-id', 'traceparent', 'user-agent', 'cookie', 'authorization'];

const API = '/api/v1/products';

/**
 * The service that clients see: the page, and the API beside it. As in Bookinfo, the services behind it
 * are told who is logged in (`end-user`).
 */
export function productpageOf(called: CalledServices, page: Page): HttpService {
  return async (request) => {
    const { method, path } = request;
    if (method === 'POST') return path === '/login' ? logIn(request) : NOT_FOUND;
    if (method !== 'GET' && method !== 'HEAD') return NOT_FOUND;
    switch (path) {
      case '/productpage':
        return await pageFor(request, called, page);
      case '/logout':
        return logOut();
      case '/static/img/reader.svg':
        return { status: 200, headers: { 'content-type': 'image/svg+xml' }, body: READER };
      case API:
        return json(200, [PRODUCT]);
      case `${API}/0`:
        return await called.details(sentOn(request, '/details/0'));
      case `${API}/0/reviews`:
        return await called.reviews(sentOn(request, '/reviews/0'));
      case `${API}/0/ratings`:
        return await called.ratings(sentOn(request, '/ratings/0'));
      default:
        return NOT_FOUND;
    }
  };
}

async function pageFor(
  request: HttpRequest,
  called: CalledServices,
  page: Page,
): Promise<HttpReply> {
  const details = await called.details(sentOn(request, '/details/0'));
  const reviews = await called.reviews(sentOn(request, '/reviews/0'));
  const content = {
    product: PRODUCT,
    details: answerOf(details) as Details | null,
    reviews: answerOf(reviews) as Reviews | null,
    user: userOf(request),
  };
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: page(content),
  };
}

function sentOn(request: HttpRequest, path: string): HttpRequest {
  const user = userOf(request);
  const headers = Object.fromEntries(
    SENT_ON.flatMap((name) => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return {
    method: 'GET',
    path,
    headers: user === null ? headers : { ...headers, 'end-user': user },
    body: '',
  };
}

/** null: the service did not answer with what was asked for. */
function answerOf({ status, body }: HttpReply): unknown {
  return status === 200 ? JSON.parse(body) : null;
}

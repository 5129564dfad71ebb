import type { RawAnswer } from '../call/answer.js';
import { isWebRequest } from '../call/web/request.js';
import { preflightRequest } from '../call/web/preflight.js';
import type { Counted } from '../count/counted.js';
import { nothingCounted } from '../count/nothing-counted.js';
import type { CorsHeaders, PageLeave } from '../count/page-leave.js';
import type { PreparedRun } from './ask.js';
import type { ReachedTarget } from './target.js';

/** An answer, as far as a browser looks at it before it gives it to a page. */
interface SeenByBrowser {
  status: number;
  headers: CorsHeaders;
}

/**
 * Asks for each call that a page makes what a browser asks before it makes it, and makes the call once where
 * that is allowed: what may be read of an answer stands in the answer. The sample is not touched.
 *
 * @returns What was answered, to be merged with what is counted.
 */
export async function pageLeaves(run: PreparedRun, target: ReachedTarget): Promise<Counted> {
  const leaves: PageLeave[] = [];
  let excluded = 0;
  for (const [call, { asked, loaded }] of run.calls.entries()) {
    const { page } = asked;
    const { request } = loaded;
    if (page === undefined || !isWebRequest(request)) continue;
    const preflight = preflightRequest(request, page.origin, page.headerNames);
    const [first, second] = await target.sendInTurn([preflight, request], seen, isAllowed);
    excluded += [first, second].filter((sent) => sent?.isSent === true).length;
    leaves.push({
      call,
      preflight: first?.answer ?? null,
      answer: second?.answer?.headers ?? null,
      trouble: first?.trouble ?? '',
    });
  }
  return { ...nothingCounted(), excluded, leaves };
}

function seen(answer: RawAnswer): SeenByBrowser {
  const header = (name: string): string | null =>
    answer.header(`access-control-${name}`)?.slice(0, MAX_LENGTH) ?? null;
  return {
    status: answer.status,
    headers: {
      allowOrigin: header('allow-origin'),
      allowMethods: header('allow-methods'),
      allowHeaders: header('allow-headers'),
      exposeHeaders: header('expose-headers'),
      maxAge: header('max-age'),
    },
  };
}

/** Lists that are longer are of no use to people. */
const MAX_LENGTH = 2048;

/** Whether the call is made after such an answer to its preflight request. */
function isAllowed({ status, headers }: SeenByBrowser): boolean {
  return status >= 200 && status < 300 && headers.allowOrigin !== null;
}

import { InputError } from '../input-error.js';
import type { LogField, LogLine } from './log-line.js';

/** What lines are read for. */
export interface LineNeeds {
  /** @throws InputError where a format has no place for what is needed. */
  requireIn(fields: readonly LogField[]): void;
  /** Whether a line says it; others are none that are looked for. */
  isIn(line: LogLine): boolean;
}

const PLACE = { path: '--access-log-format' };

/** What lines of requests of one's own are found by, and told apart. */
export const OF_OWN_REQUESTS: LineNeeds = {
  requireIn(fields) {
    if (!fields.includes('user-agent')) {
      throw new InputError(
        'lines of this run are known by their user agent: the format needs %REQ(USER-AGENT)%, or $http_user_agent',
        PLACE,
      );
    }
    requireUpstream(fields);
  },
  isIn: ({ userAgent }) => userAgent !== null,
};

/** What lines of anybody's requests are told by, of one route or of others. */
export const OF_ROUTES: LineNeeds = {
  requireIn(fields) {
    const hasPath = fields.includes('path') || fields.includes('request-line');
    if (!hasPath && !fields.includes('route-name')) {
      throw new InputError(
        'the format does not say which route a request took: it needs %REQ(:PATH)% and %REQ(:AUTHORITY)%, or %ROUTE_NAME%, or $request and $host',
        PLACE,
      );
    }
    requireUpstream(fields);
  },
  isIn: ({ path, routeName }) => path !== null || routeName !== null,
};

function requireUpstream(fields: readonly LogField[]): void {
  if (!fields.includes('upstream-host') && !fields.includes('upstream-cluster')) {
    throw new InputError(
      'the format does not say where a request went: it needs %UPSTREAM_HOST% or %UPSTREAM_CLUSTER%, or $upstream_addr',
      PLACE,
    );
  }
}

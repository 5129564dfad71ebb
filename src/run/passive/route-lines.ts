import { headOf, type CallRequest } from '../../call/kinds.js';
import type { LogLine } from '../../log/log-line.js';
import type { OtherTaker, RuleTaker, Taking } from '../../routing/rule-taker.js';
import { hostOfAuthority } from '../../scenario/authority-host.js';

/** Whether a line is of the route that is judged; or of either that or another, by headers that it does not have. */
export type RouteOfLine =
  { kind: 'own' } | { kind: 'other' } | { kind: 'either'; headers: readonly string[] };

const OWN: RouteOfLine = { kind: 'own' };
const OTHER: RouteOfLine = { kind: 'other' };

/**
 * Makes what tells the lines of a route from those of others: by what the gateway calls it, and by what was
 * asked for. Where manifests are known, the rule that takes the asked request has to take the line's, too; else
 * host and path have to be the same.
 *
 * @param asked A request of the route.
 * @param taker Of its rule; undefined where no rule is known.
 * @param routeName As the user gives it; null where it is not given.
 */
export function routeOfLines(
  asked: CallRequest,
  taker: RuleTaker | undefined,
  routeName: string | null,
): (line: LogLine) => RouteOfLine {
  const host = hostOf(asked.authority);
  const path = pathOnly(asked.path);
  const { method } = headOf(asked);
  const isAlike = (line: LogLine): boolean => {
    if (line.authority !== null && hostOf(line.authority) !== host) return false;
    return routeName !== null || (line.path !== null && pathOnly(line.path) === path);
  };
  return (line) => {
    const named = nameFits(line.routeName, routeName, taker?.name ?? null);
    if (named === false) return OTHER;
    // What has no path was no request of HTTP, or of a log that names the route alone.
    if (line.path === null) return named === true ? OWN : OTHER;
    if (taker === undefined) return isAlike(line) ? OWN : OTHER;
    const taking = taker.taking({
      method: line.method ?? method,
      path: line.path,
      authority: line.authority ?? asked.authority,
      userAgent: line.userAgent,
    });
    if (!taking.isTaken) return OTHER;
    return named === true ? OWN : besideOthers(line, taking);
  };
}

/**
 * Istio calls a route by the name of its rule, and of the match in it: `canary`, `canary.by-path`.
 * Source: istio/istio pilot/pkg/networking/core/route/route.go, translateRoute.
 *
 * @returns null where the line does not say, and need not.
 */
function nameFits(
  said: string | null,
  given: string | null,
  ofRule: string | null,
): boolean | null {
  if (given !== null) return said === given;
  if (said === null || ofRule === null) return null;
  return isNamedBy(said, ofRule);
}

function isNamedBy(said: string, rule: string): boolean {
  return said === rule || said.startsWith(`${rule}.`);
}

/** A line without the name of the rule whose request the rule seems to take. */
function besideOthers(line: LogLine, { others, headers }: Taking): RouteOfLine {
  const { routeName } = line;
  const isOthers =
    routeName !== null && others.some(({ name }) => name !== null && isNamedBy(routeName, name));
  if (isOthers) return OTHER;
  return others.some((other) => mayBeOf(line, other)) ? { kind: 'either', headers } : OWN;
}

function mayBeOf({ isRouteNameLogged, flags }: LogLine, { kind, name }: OtherTaker): boolean {
  // Where nothing takes a request, Envoy says so: NR.
  if (kind === 'none') return flags === null || flags.split(',').includes('NR');
  return name === null || !isRouteNameLogged;
}

function hostOf(authority: string): string {
  return hostOfAuthority(authority).toLowerCase();
}

/** A path without its query, which may hold secrets. */
export function pathOnly(path: string): string {
  return path.replace(/[?#].*$/s, '');
}

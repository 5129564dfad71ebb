import type { HeaderReport } from '../report/explanation.js';
import type { RuleHeaderChange } from '../routing/header-changes.js';
import { maskedHeader, type Secrets } from '../secrets.js';

/**
 * What a route does to headers as it may be shown.
 *
 * @param destinations Of the route, in its order.
 */
export function shownHeaders(
  changes: readonly RuleHeaderChange[],
  destinations: readonly { name: string }[],
  secrets: Secrets,
): HeaderReport[] {
  return changes.map(({ of, does, name, value, backend }) => ({
    of,
    does,
    name,
    value: value === null ? null : maskedHeader(name, value, secrets),
    destination: backend === null ? null : (destinations[backend]?.name ?? null),
  }));
}

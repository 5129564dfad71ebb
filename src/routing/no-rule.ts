import { InputError } from '../input-error.js';
import type { RuleTrace } from './first-match.js';
import { inputPlace } from './input-place.js';
import type { RouteRequest } from './request.js';

/** As many rules as one sentence can name. */
const MAX_NAMED = 5;

/** No rule of the request's host takes it: says why each does not. */
export function noRuleError(traces: readonly RuleTrace[], request: RouteRequest): InputError {
  const [first] = traces;
  const list = traces
    .slice(0, MAX_NAMED)
    .map(({ rule, reasons }) => `${rule} does not, for ${reasons.join(', and ')}`);
  const more = traces.length > MAX_NAMED ? `, and ${traces.length - MAX_NAMED} more` : '';
  return new InputError(
    `no rule takes ${request.method} ${request.path} for ${request.authority}: ` +
      (list.length === 0
        ? 'there are no http rules for its host (tls and tcp rules are not read)'
        : `${list.join('; ')}${more}`) +
      `; see ${request.option ?? '--call, --path, -H, --authority and --gateway-port'}`,
    inputPlace(first?.place ?? null),
  );
}

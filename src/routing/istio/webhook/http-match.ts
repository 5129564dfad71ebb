import {
  fieldsOf,
  isGiven,
  numberOf,
  type Fields,
  type Path,
  refusal,
  type Refusals,
  textOf,
} from './fields.js';
import { isHeaderToMatch } from './header-changes.js';
import { badGatewayNames, badLabels, isLabel, isPort } from './names.js';

const MOST_LETTERS = 1024;

/**
 * One entry of `http[].match`. That a regular expression is RE2 is seen when it is read.
 * Source: istio/istio pkg/config/validation/virtualservice.go, validateHTTPRouteMatchRequest.
 */
export function* refusedMatch(match: Fields, path: Path): Refusals {
  for (const field of ['headers', 'withoutHeaders'])
    for (const [name, value] of Object.entries(fieldsOf(match[field]))) {
      const at = [...path, field, name];
      if (!isHeaderToMatch(name))
        yield refusal(at, `${JSON.stringify(name)} is no name of a header`);
      if (field === 'headers' && value === null)
        yield refusal(at, 'it says nothing: write {} for a header that must be there');
      yield* refusedStringMatch(value, at);
    }
  if (isGiven(fieldsOf(match.uri).regex)) yield* refusedStringMatch(match.uri, [...path, 'uri']);
  for (const field of ['scheme', 'method', 'authority'])
    if (isGiven(match[field])) yield* refusedStringMatch(match[field], [...path, field]);
  for (const [name, value] of Object.entries(fieldsOf(match.queryParams)))
    yield* refusedStringMatch(value, [...path, 'queryParams', name]);
  const port = numberOf(match.port);
  if (port !== 0 && !isPort(port)) yield refusal([...path, 'port'], `${port} is no port`);
  if (isGiven(match.sourceLabels))
    yield* badLabels(fieldsOf(match.sourceLabels), [...path, 'sourceLabels']);
  if (isGiven(match.gateways)) yield* badGatewayNames(match.gateways, [...path, 'gateways']);
  const namespace = textOf(match.sourceNamespace);
  if (namespace !== '' && !isLabel(namespace))
    yield refusal([...path, 'sourceNamespace'], `${JSON.stringify(namespace)} is no namespace`);
}

/** Source: validation.go, validateStringMatch. */
function* refusedStringMatch(value: unknown, path: Path): Refusals {
  const { prefix, regex } = fieldsOf(value);
  if (prefix === '')
    yield refusal([...path, 'prefix'], 'the prefix is empty: leave the match out, or write {}');
  if (isGiven(regex)) yield* badRegex(regex, [...path, 'regex']);
}

/** Source: validation.go, validateStringMatchRegexp and validateStringRegexp. */
export function* badRegex(regex: unknown, path: Path): Refusals {
  if (regex === '') yield refusal(path, 'the regular expression is empty');
  const { length } = textOf(regex);
  if (length > MOST_LETTERS)
    yield refusal(
      path,
      `the regular expression may have ${MOST_LETTERS} letters, and has ${length}`,
    );
}

import {
  fieldsOf,
  isGiven,
  itemsOf,
  listOf,
  numberOf,
  type Fields,
  type Path,
  refusal,
  type Refusals,
  textOf,
} from './fields.js';
import { badAuthority, badHeaderChanges } from './header-changes.js';
import { badStatus, refusedCors, refusedFault } from './http-fault.js';
import { refusedMatch } from './http-match.js';
import { badDestination, isPort } from './names.js';
import { badDuration, badRetries } from './retries.js';

/**
 * Why one entry of `spec.http` is refused.
 * Source: istio/istio pkg/config/validation/virtualservice.go, validateHTTPRoute; validation.go, the parts.
 * @param isDelegate Whether others delegate to its VirtualService.
 */
export function* refusedHttpRoute(route: Fields, path: Path, isDelegate: boolean): Refusals {
  yield* conflicts(route, path, isDelegate);
  for (const [match, at] of itemsOf(route.match, [...path, 'match']))
    yield* refusedMatch(match, at);
  if (isGiven(route.headers))
    yield* badHeaderChanges(fieldsOf(route.headers), [...path, 'headers']);
  if (isGiven(route.corsPolicy))
    yield* refusedCors(fieldsOf(route.corsPolicy), [...path, 'corsPolicy']);
  if (isGiven(route.fault)) yield* refusedFault(fieldsOf(route.fault), [...path, 'fault']);
  yield* refusedMirrors(route, path);
  if (isGiven(route.redirect)) yield* refusedRedirect(route, [...path, 'redirect']);
  if (isGiven(route.directResponse))
    yield* badStatus(fieldsOf(route.directResponse).status, [...path, 'directResponse', 'status']);
  if (isGiven(route.retries)) yield* badRetries(fieldsOf(route.retries), [...path, 'retries']);
  if (isGiven(route.rewrite)) yield* refusedRewrite(fieldsOf(route.rewrite), [...path, 'rewrite']);
  yield* badAuthority(route, path);
  yield* refusedDestinations(route.route, [...path, 'route']);
  if (isGiven(route.timeout)) yield* badDuration(route.timeout, [...path, 'timeout']);
}

function* conflicts(route: Fields, path: Path, isDelegate: boolean): Refusals {
  const has = (field: string): boolean => isGiven(route[field]);
  if (has('delegate')) {
    if (isDelegate)
      yield refusal(
        [...path, 'delegate'],
        'a VirtualService that others delegate to delegates no further',
      );
    return;
  }
  if (has('redirect') || has('directResponse')) {
    const own = has('redirect') ? 'redirect' : 'directResponse';
    for (const other of ['fault', 'rewrite'])
      if (has(other)) yield refusal([...path, other], `a rule with ${own} has no ${other}`);
  }
  if (has('mirror') && listOf(route.mirrors).length > 0)
    yield refusal([...path, 'mirrors'], 'a rule has one of mirror and mirrors');
}

function* refusedMirrors(route: Fields, path: Path): Refusals {
  const { mirror } = route;
  if (isGiven(mirror)) yield* badDestination(fieldsOf(mirror), [...path, 'mirror']);
  if (isGiven(route.mirrorPercentage))
    yield* badShare(fieldsOf(route.mirrorPercentage).value, [...path, 'mirrorPercentage']);
  for (const [item, at] of itemsOf(route.mirrors, [...path, 'mirrors'])) {
    if (!isGiven(item.destination)) yield refusal(at, 'destination is missing');
    else yield* badDestination(fieldsOf(item.destination), [...at, 'destination']);
    yield* badShare(fieldsOf(item.percentage).value, [...at, 'percentage']);
  }
}

function* badShare(value: unknown, path: Path): Refusals {
  const share = numberOf(value);
  if (share < 0 || share > 100)
    yield refusal(path, `it must be between 0 and 100, and is ${share}`);
}

function* refusedRedirect(route: Fields, path: Path): Refusals {
  const redirect = fieldsOf(route.redirect);
  const [uri, prefix] = [textOf(redirect.uri), textOf(redirect.prefixRewrite)];
  if (uri !== '' && prefix !== '') yield refusal(path, 'it has one of uri and prefixRewrite');
  const matches = itemsOf(route.match, []);
  if (
    prefix !== '' &&
    matches.some(([match]) => isGiven(match.uri) && !isGiven(fieldsOf(match.uri).prefix))
  )
    yield refusal([...path, 'prefixRewrite'], 'all matches on the uri must be by prefix');
  const what = ['uri', 'prefixRewrite', 'authority', 'scheme'].some(
    (field) => textOf(redirect[field]) !== '',
  );
  if (!what && !isGiven(redirect.port) && !isGiven(redirect.derivePort))
    yield refusal(path, 'it changes nothing: give it uri, authority, scheme or port');
  const code = numberOf(redirect.redirectCode);
  if (code !== 0 && (code < 300 || code > 399))
    yield refusal([...path, 'redirectCode'], `it must be 3xx, and is ${code}`);
  if (!['', 'http', 'https'].includes(textOf(redirect.scheme)))
    yield refusal([...path, 'scheme'], 'it must be http or https');
  const port = numberOf(redirect.port);
  if (port > 0 && !isPort(port)) yield refusal([...path, 'port'], `${port} is no port`);
}

function* refusedRewrite(rewrite: Fields, path: Path): Refusals {
  const [uri, authority] = [textOf(rewrite.uri), textOf(rewrite.authority)];
  const regex = rewrite.uriRegexRewrite;
  if (uri !== '' && isGiven(regex)) yield refusal(path, 'it has one of uri and uriRegexRewrite');
  if (uri === '' && authority === '' && !isGiven(regex))
    yield refusal(path, 'it changes nothing: give it uri, uriRegexRewrite or authority');
  if (!isGiven(regex)) return;
  const { match, rewrite: to } = fieldsOf(regex);
  if (textOf(match) === '' || textOf(to) === '')
    yield refusal([...path, 'uriRegexRewrite'], 'it must have both match and rewrite');
}

/** Weights that are negative or zero in all are refused where they are read. */
function* refusedDestinations(value: unknown, path: Path): Refusals {
  for (const [item, at] of itemsOf(value, path)) {
    if (!isGiven(item.destination)) {
      yield refusal(at, 'destination is missing');
      continue;
    }
    if (isGiven(item.headers)) yield* badHeaderChanges(fieldsOf(item.headers), [...at, 'headers']);
    yield* badDestination(fieldsOf(item.destination), [...at, 'destination']);
  }
}

import { runCases, type Case } from '../case-table.js';
import { gateway, http, to, virtualService, type KubernetesObject } from '../objects.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const VS = `${DOCS}/virtual-service/`;
const MATCH = `${VS}#HTTPMatchRequest`;
const ENVOY =
  'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto';
const GATEWAY = gateway([http(80)]);
const GRPC_PATH = { path: '/helloworld.Greeter/SayHello' };

/** The rule under test before one that takes the rest, both at a gateway. */
function orRest(match: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return [GATEWAY, virtualService([to('hit', match), to('rest')])];
}

function uri(value: KubernetesObject): readonly KubernetesObject[] {
  return orRest([{ uri: value }]);
}

const PATHS: readonly Case[] = [
  {
    rule: 'exact takes the same path',
    source: MATCH,
    objects: uri({ exact: '/a' }),
    request: { path: '/a' },
    takes: 'hit',
  },
  {
    rule: 'exact takes no longer path',
    source: MATCH,
    objects: uri({ exact: '/a' }),
    request: { path: '/a/' },
    takes: 'rest',
  },
  {
    rule: 'exact is case-sensitive',
    source: MATCH,
    objects: uri({ exact: '/A' }),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'exact ignores the query string',
    source: `${ENVOY}#envoy-v3-api-field-config-route-v3-routematch-path`,
    objects: uri({ exact: '/a' }),
    request: { path: '/a?b=c' },
    takes: 'hit',
  },
  {
    rule: 'prefix takes whatever begins with it',
    source: MATCH,
    objects: uri({ prefix: '/a' }),
    request: { path: '/abc' },
    takes: 'hit',
  },
  {
    rule: 'prefix takes itself',
    source: MATCH,
    objects: uri({ prefix: '/a' }),
    request: { path: '/a' },
    takes: 'hit',
  },
  {
    rule: 'prefix takes nothing shorter',
    source: MATCH,
    objects: uri({ prefix: '/ab' }),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'a gRPC method is a path',
    source: MATCH,
    objects: uri({ exact: '/helloworld.Greeter/SayHello' }),
    request: GRPC_PATH,
    takes: 'hit',
  },
  {
    rule: 'a gRPC service is a prefix',
    source: MATCH,
    objects: uri({ prefix: '/helloworld.Greeter/' }),
    request: GRPC_PATH,
    takes: 'hit',
  },
  {
    rule: 'regex must take the whole path',
    source: MATCH,
    objects: uri({ regex: '/a' }),
    request: { path: '/ab' },
    takes: 'rest',
  },
  {
    rule: 'regex takes a whole path',
    source: MATCH,
    objects: uri({ regex: '/a.*' }),
    request: { path: '/ab' },
    takes: 'hit',
  },
  {
    rule: 'regex is RE2: alternation is of the whole',
    source: MATCH,
    objects: uri({ regex: '/a|/b' }),
    request: { path: '/b' },
    takes: 'hit',
  },
  {
    rule: 'regex is RE2: (?i) folds case',
    source: 'https://github.com/google/re2/wiki/Syntax',
    objects: uri({ regex: '(?i)/AB' }),
    request: { path: '/ab' },
    takes: 'hit',
  },
  {
    rule: 'regex sees no query string',
    source: `${ENVOY}#envoy-v3-api-field-config-route-v3-routematch-safe-regex`,
    objects: uri({ regex: '/a' }),
    request: { path: '/a?x=1' },
    takes: 'hit',
  },
  {
    rule: 'ignoreUriCase folds exact',
    source: MATCH,
    objects: orRest([{ uri: { exact: '/AB' }, ignoreUriCase: true }]),
    request: { path: '/ab' },
    takes: 'hit',
  },
  {
    rule: 'ignoreUriCase folds prefix',
    source: MATCH,
    objects: orRest([{ uri: { prefix: '/AB' }, ignoreUriCase: true }]),
    request: { path: '/abc' },
    takes: 'hit',
  },
  {
    rule: 'ignoreUriCase leaves regex alone',
    source: MATCH,
    objects: orRest([{ uri: { regex: '/AB' }, ignoreUriCase: true }]),
    request: { path: '/ab' },
    takes: 'rest',
  },
];

runCases('Istio: paths', PATHS);

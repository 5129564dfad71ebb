import { FORMATS } from '../report/formats.js';
import { PROTOCOLS } from '../scenario/protocol.js';
import { GATEWAY_IMPLEMENTATIONS } from '../scenario/gateway-implementation.js';
import type { Argv, Options } from 'yargs';
import { COLOUR_MODES } from './terminal.js';
import { SAFETY_OPTIONS } from './safety-options.js';

const EXPECTED = 'What is expected:';
const CALL = 'The call:';
const HTTP = 'Plain HTTP:';
const CONNECTION = 'The connection:';
const LOAD = 'The load:';
const PASSIVE = 'Requests of others:';
const VERDICT = 'The verdict:';
const OUTPUT = 'Output:';

const text = (group: string, describe: string, more: Options = {}): Options => ({
  group,
  describe,
  type: 'string',
  requiresArg: true,
  ...more,
});
const number = (group: string, describe: string, more: Options = {}): Options =>
  text(group, describe, { ...more, type: 'number' });
const flag = (group: string, describe: string): Options => ({ group, describe, type: 'boolean' });

/** The settings of a run as flags; each has the name it has in a scenario file. */
export const SETTING_OPTIONS = {
  manifest: text(EXPECTED, 'Kubernetes YAML or JSON that was applied: FILE, DIR or -', {
    alias: 'f',
  }),
  kube: text(
    EXPECTED,
    'Read the cluster itself, as kubectl would: --kube, or --kube=CONTEXT; in a pod by its service account',
    { requiresArg: false },
  ),
  'all-namespaces': {
    ...flag(
      EXPECTED,
      'Of the cluster all namespaces [the own, Istio’s root, those that routes name]',
    ),
    alias: 'A',
  },
  'each-replica': text(
    EXPECTED,
    'Load and judge the pods of the gateway one by one, from inside of the cluster: --each-replica, or --each-replica=NS/SERVICE[:PORT]',
    { requiresArg: false },
  ),
  weights: text(EXPECTED, 'The weights themselves, without manifests: v1=60,v2=40'),
  'expect-service': text(
    EXPECTED,
    'Test the split of a service behind the one called: NAME[.NS][:PORT][/PATH]',
  ),
  previous: text(EXPECTED, 'Weights before the last change: v1=90,v2=10 or a run record FILE.json'),
  namespace: text(
    EXPECTED,
    'Namespace of objects that name none, and to read of a cluster [default; with --kube the context’s]',
    { alias: 'N' },
  ),
  'root-namespace': text(
    EXPECTED,
    "Istio's root namespace, whose objects hold for the whole mesh [istio-system]",
  ),
  'client-labels': text(
    EXPECTED,
    "Labels of the client's pod, where routes go by them: app=x,version=y",
  ),
  via: text(
    EXPECTED,
    'Whose routes apply: gateway[:NS/NAME], mesh, waypoint[:NS/NAME], ztunnel, proxyless [inferred]',
  ),
  'virtual-service': text(EXPECTED, 'The VirtualService to go by, NS/NAME, where several fit'),
  'gateway-port': number(EXPECTED, "The gateway's own port, where the target's differs"),
  scheme: text(EXPECTED, 'What the gateway is spoken to in, where TLS ends before it', {
    choices: ['http', 'https'],
  }),
  'gateway-class': text(
    EXPECTED,
    'Whose rules a Gateway API Gateway follows [by its GatewayClass]',
    {
      choices: [...GATEWAY_IMPLEMENTATIONS],
    },
  ),
  'rollout-step': number(EXPECTED, 'Step of an Argo Rollout, from 0 [its current one]'),
  'envoy-admin': text(
    EXPECTED,
    "Admin URL of the gateway's Envoy, one a replica: what it has, what it counts",
  ),
  'config-dump': text(
    EXPECTED,
    'The same from a file: /config_dump, or istioctl pc routes -o json',
  ),
  identity: text(
    EXPECTED,
    'How a response names its pod: greeter, echo, bookinfo, header:NAME, trailer:NAME, cookie:NAME, field:PATH, json:PATH, html:SELECTOR, text:REGEX or access-log:FILE [by what is called]',
  ),
  'identity-pattern': text(
    EXPECTED,
    "Regex that finds the pod in what --identity gives: 'app-(v\\d)'",
  ),
  'identity-map': text(EXPECTED, 'Names for what is found: blue=v1,green=v2; =v3 where nothing is'),
  'access-log-format': text(
    EXPECTED,
    "Format of --identity access-log, in Envoy's or nginx's notation [recognised]",
  ),

  call: text(CALL, 'pkg.Service/Method, as METHOD; several are called in random order'),
  data: text(
    CALL,
    'The request as JSON, @FILE reads it, @ standard input; several messages of a stream as a list or one after another; of HTTP the body',
    { alias: 'd' },
  ),
  'forward-to': text(
    CALL,
    "URL that Istio's echo server at TARGET is to send to, by ForwardEcho with count 10: xds:///SERVICE:PORT, grpc://…, http://…; -d adds fields",
  ),
  'stream-count': number(
    CALL,
    'Messages to send on each stream, those of --data over and over [as given, once; with an interval and -z until then]',
  ),
  'stream-interval': text(CALL, 'Between two of them: 100ms [as soon as the peer takes them]'),
  count: text(CALL, 'What is counted where answers are streamed [streams]', {
    choices: ['streams', 'messages'],
  }),
  proto: text(CALL, '.proto file that describes the call [built-in: Greeter, Echo, Health]'),
  'import-path': text(CALL, 'Folder to look for .proto files in', { alias: 'import-paths' }),
  protoset: text(CALL, 'Compiled descriptor set that describes the call'),
  reflect: flag(CALL, 'Ask the target what describes the call [where nothing else does]'),
  metadata: text(CALL, 'Request metadata as a JSON object; @FILE reads it', { alias: 'm' }),
  header: text(CALL, "Request header, 'name: value'; Host: is the authority", { alias: 'H' }),
  'rpc-header': text(CALL, 'The same of the call alone, not of the reflection before it'),
  'reflect-header': text(CALL, 'The same of the reflection alone'),
  'expand-headers': flag(CALL, 'Put variables of the environment into headers: ${NAME}'),
  literal: flag(CALL, 'Send {{…}} in data and metadata as it stands: no template is evaluated'),
  authority: text(CALL, 'The :authority to send [the target]'),
  protocol: text(CALL, 'What is spoken [by what is asked for: a METHOD, or a URL with a path]', {
    choices: [...PROTOCOLS],
  }),
  origin: text(
    CALL,
    'Page that makes calls of gRPC-Web or Connect: its CORS preflight is made too',
  ),
  'run-id': text(CALL, 'What the run is called in user agent and record [random]'),
  'user-agent': text(CALL, 'What the user agent says behind splitproof/VERSION RUNID'),
  mask: text(CALL, 'Header whose value no output shows, as with authorization and cookie'),

  'http-version': text(HTTP, '[1.1; with TLS what the target chooses; 2 beside gRPC]', {
    choices: ['1.1', '2'],
  }),
  'ok-status': text(HTTP, 'Statuses that are OK: 200,404,3xx [2xx,3xx]'),
  user: text(HTTP, 'NAME:PASSWORD, as basic authorization', { alias: 'u' }),

  plaintext: flag(CONNECTION, 'No TLS'),
  cacert: text(CONNECTION, 'PEM file of the authorities to trust'),
  cert: text(CONNECTION, 'PEM file of the client certificate'),
  key: text(CONNECTION, "PEM file of the client certificate's key"),
  servername: text(CONNECTION, 'Name for SNI and to check the certificate for [the authority]', {
    alias: 'cname',
  }),
  'skip-verify': { ...flag(CONNECTION, "Do not check the server's certificate"), alias: 'k' },
  'tls-min': text(CONNECTION, 'Least version of TLS to offer [1.2]', { choices: ['1.2', '1.3'] }),
  'tls-max': text(CONNECTION, 'Highest version of TLS to offer [1.3]', {
    choices: ['1.2', '1.3'],
  }),
  resolve: text(CONNECTION, 'HOST:PORT:ADDRESS to connect to instead of asking DNS'),
  'connect-to': text(CONNECTION, 'HOST1:PORT1:HOST2:PORT2 to connect to instead'),
  'connect-timeout': text(CONNECTION, 'How long connecting may take [10s]'),

  'xds-server': text(
    CONNECTION,
    'Control plane of an xds:/// target: HOST:PORT, unix:PATH [by GRPC_XDS_BOOTSTRAP]',
  ),
  'xds-node-id': text(
    CONNECTION,
    'What its client calls itself [sidecar~127.0.0.1~splitproof.NS~…]',
  ),
  'xds-retries': flag(CONNECTION, 'Its failed calls are made again, as the routes have it [not]'),

  passive: flag(
    PASSIVE,
    'Judge what others send, by the lines of --identity access-log:FILE, or -: nothing is sent',
  ),
  for: text(
    PASSIVE,
    'Read lines for this long from now on, or until there are enough [to the end]',
  ),
  'route-name': text(
    PASSIVE,
    "The gateway's name for the route whose lines count [by the request]",
  ),

  requests: number(LOAD, 'How many requests [planned from the weights]', {
    alias: ['n', 'total'],
  }),
  duration: text(LOAD, 'Stop sending after this long', { alias: 'z' }),
  concurrency: number(LOAD, 'Requests in flight in all [64]', { alias: 'c' }),
  connections: number(LOAD, 'Connections [32; clients of xds:///: as many as --workers]'),
  rps: number(LOAD, 'Requests per second, sent on schedule: an open loop [as fast as answered]', {
    alias: 'r',
  }),
  pace: text(LOAD, 'Requests per second at most, or max [500 away from loopback; with -c, -r max]'),
  over: text(LOAD, 'Spread the sample over this time'),
  yes: flag(LOAD, 'Load a target away from loopback with over 5000 requests/s or 1000 connections'),
  workers: number(LOAD, 'Threads that send [1]'),
  timeout: text(LOAD, "Each request's deadline [10s]", { alias: ['t', 'max-time'] }),
  warmup: text(LOAD, 'Sent before the sample: a number of requests, or a duration'),
  'wait-for-rollout': text(LOAD, 'Wait until the traffic follows the weights, at most this long'),
  'across-change': text(
    LOAD,
    'Watch a change from the --previous weights to the new ones, at most this long: 5m',
  ),
  engine: text(LOAD, 'Which client makes the calls [h2; grpc-js for xds:///]', {
    choices: ['h2', 'grpc-js'],
  }),

  sequential: flag(
    VERDICT,
    'End as soon as the evidence is enough; at most 3 times the planned requests, or -n',
  ),
  alpha: number(VERDICT, 'How often an exactly right split may be failed [0.001]'),
  power: number(VERDICT, 'How often an exactly right split must be passed [0.99]'),
  tolerance: text(VERDICT, 'How far a share may be off: 5pp, 10%, v1=3pp,v2=5pp, 0 [5pp]'),
  'max-error-rate': text(
    VERDICT,
    'How many requests may fail, of all and of each destination: 1%, v2=0.5% [1%]',
  ),
  'error-rate-shown': text(
    VERDICT,
    'A pass shows that each destination fails no more than this: 2%',
  ),
  inconclusive: text(VERDICT, 'An inconclusive run exits as this [report: 3]', {
    choices: ['fail', 'pass', 'report'],
  }),
  threshold: text(
    VERDICT,
    "What must hold too: 'p99<50ms', 'p99{v2}<1.2x{v1}', 'error-rate{v2}<1%', 'rate>1000', 'cert-days>14' …",
  ),
  'compare-destinations': text(
    VERDICT,
    'Hold the canary against the stable version: v2:v1, or auto. p99 is to stay below 1.2 times',
  ),
  seed: number(VERDICT, 'For everything drawn at random [1]'),

  name: text(OUTPUT, 'What reports call the run'),
  label: text(OUTPUT, 'Label of the run in its record and reports, KEY=VALUE: commit=4f2a9c1'),
} satisfies Record<string, Options>;

/** A plain HTTP request instead of a call, in curl's words. */
export const HTTP_OPTIONS = {
  path: text(HTTP, 'Path of the request, where the target is no URL with one'),
  method: text(HTTP, 'Its method [GET; POST with a body]', { alias: 'X' }),
  head: { ...flag(HTTP, 'A HEAD request'), alias: 'I' },
  'data-binary': text(HTTP, 'The body, or @FILE, untouched'),
} satisfies Record<string, Options>;

/** TARGET and METHOD as words. */
export const REQUEST_POSITIONAL = {
  array: true,
  type: 'string',
  describe:
    'TARGET (host:port, :port, unix:/path, URL, xds:///service:port), METHOD (pkg.Service/Method)',
} as const;

/** The scenario file, which holds any of the settings. */
export const SCENARIO_OPTION = text('Settings:', 'YAML file with the settings; flags override it');

/** Settings that may be given several times. */
export const REPEATABLE = new Set([
  'manifest',
  'proto',
  'import-path',
  'protoset',
  'header',
  'rpc-header',
  'reflect-header',
  'mask',
  'threshold',
  'envoy-admin',
  'label',
]);

/** Ways to see a report that is not of a run. */
export const PLAIN_FORMAT = text(OUTPUT, 'Report on standard output', {
  choices: ['console', 'json'],
});

/** Flags about output, which no scenario file holds. */
export const OUTPUT_OPTIONS = {
  format: text(OUTPUT, 'Report on standard output', { choices: Object.keys(FORMATS) }),
  output: text(OUTPUT, 'Report to a file, by its extension: FILE.json, …; or FORMAT:FILE', {
    alias: 'o',
  }),
  attest: text(
    OUTPUT,
    'The verdict to a file as a statement of in-toto, for cosign to sign; as -o in-toto:FILE',
  ),
  github: flag(OUTPUT, 'For jobs of GitHub Actions: annotations, the summary of the step, outputs'),
  push: text(OUTPUT, 'Pushgateway that gets the metrics: http://HOST:9091'),
  'push-job': text(OUTPUT, 'Job that they are of there [splitproof]'),
  quiet: flag(OUTPUT, 'No progress and no notes on standard error'),
  color: text(
    OUTPUT,
    'Colours: auto (on a terminal; FORCE_COLOR and NO_COLOR decide before), always or --color, never or --no-color',
    { choices: [...COLOUR_MODES] },
  ),
} satisfies Record<string, Options>;

// Not yargs' own examples: it breaks commands into a narrow column.
const VERIFY_EPILOGUE = `Examples:
  Test the split that the cluster of the current context configures:
    splitproof verify --kube gateway.example.com:443 shop.Cart/Get
  Of each pod of the gateway by itself, from a pod of the cluster:
    splitproof verify --kube --each-replica gateway.example.com:443 \\
      shop.Cart/Get
  The split that the applied manifests configure:
    splitproof verify -f manifests/ --plaintext -d '{"name":"Jack"}' \\
      localhost:8080 helloworld.Greeter/SayHello
  The same from a scenario file, as JSON:
    splitproof verify --scenario scenarios/asm-greeter-60-40.yaml --format json
  Plain HTTP, in curl's words:
    splitproof verify -f manifests/ -H 'Host: shop.example.com' \\
      http://localhost:8080/productpage --identity header:x-pod
  Without manifests:
    splitproof verify --weights v1=90,v2=10 --plaintext :8080 \\
      helloworld.Greeter/SayHello
  Through a change of weights, which is made while it runs:
    splitproof verify --across-change 5m --previous v1=90,v2=10 \\
      --weights v1=50,v2=50 --plaintext :8080 helloworld.Greeter/SayHello
  By Istio's echo server, which makes the requests (count 10 a call):
    splitproof verify -f manifests/ --plaintext localhost:17171 \\
      --forward-to xds:///echo.echo-grpc.svc.cluster.local:7070
  What others send, by the log of the gateway; nothing is sent:
    kubectl logs -f -n istio-system -l istio=ingressgateway --tail=0 |
      splitproof verify --passive --for 5m -f manifests/ \\
      --authority shop.example.com --path / --identity access-log:-
  As a client without a proxy, which a control plane configures:
    splitproof verify -f manifests/ --xds-server unix:/etc/istio/proxy/XDS \\
      xds:///echo.default.svc.cluster.local:7070 proto.EchoTestService/Echo

Exit status: 0 pass, 1 fail, 2 bad input, 3 inconclusive, 4 unreachable,
70 internal fault, 130 or 143 interrupted.`;

/** Adds everything `verify` understands. */
export function verifyOptions(command: Argv): Argv {
  return runOptions(command, SETTING_OPTIONS, VERIFY_EPILOGUE);
}

/** Adds what the commands that load a target have in common. */
export function runOptions(
  command: Argv,
  settings: Record<string, Options>,
  epilogue: string,
): Argv {
  return command
    .positional('request', REQUEST_POSITIONAL)
    .option('scenario', SCENARIO_OPTION)
    .options(settings)
    .options(HTTP_OPTIONS)
    .options(SAFETY_OPTIONS)
    .options(OUTPUT_OPTIONS)
    .epilogue(epilogue);
}

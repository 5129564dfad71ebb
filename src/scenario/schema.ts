import * as z from 'zod';
import { parseComparedDestinations } from './compared-destinations.js';
import { parseDurationMs } from './duration.js';
import { GATEWAY_IMPLEMENTATIONS } from './gateway-implementation.js';
import { httpSchema } from './http-settings.js';
import { labelsSchema } from './labels.js';
import { PROTOCOLS } from './protocol.js';

/** Timers take no more than 2³¹ ms, which are 596 hours. */
const MAX_DURATION_MS = 500 * 3_600_000;

const duration = (meaning: string) =>
  z
    .string()
    .refine((text) => parseDurationMs(text) !== undefined, {
      error: 'write a duration with its unit, such as 500ms, 10s or 1m30s',
    })
    .refine((text) => (parseDurationMs(text) ?? 0) <= MAX_DURATION_MS, {
      error: 'write a duration of at most 500h',
    })
    .describe(meaning);
/** A duration that cannot be zero. */
const timeLimit = (meaning: string) =>
  duration(meaning).refine((text) => parseDurationMs(text) !== 0, {
    error: 'write a duration above 0',
  });
const name = z.string().min(1, { error: 'it is empty' });
const count = (meaning: string) =>
  z
    .int({ error: 'write a whole number' })
    .min(1, { error: 'write a number of at least 1' })
    .describe(meaning);
const probability = (meaning: string) =>
  z
    .number({ error: 'write a number between 0 and 1' })
    .gt(0, { error: 'write a number between 0 and 1' })
    .lt(1, { error: 'write a number between 0 and 1' })
    .describe(meaning);
const texts = (meaning: string) =>
  z.union([z.array(z.string()), z.string().transform((one) => [one])]).describe(meaning);

/** Beyond this, the times between requests are too short for the clock. */
const MAX_RPS = 10_000_000;
const requestsPerSecond = z
  .number({ error: 'write a number of requests per second above 0' })
  .positive({ error: 'write a number of requests per second above 0' })
  .max(MAX_RPS, { error: `write at most ${MAX_RPS} requests per second` });
const PACE = 'write max, or a number of requests per second';
const tlsVersion = z.enum(['1.2', '1.3'], { error: 'write "1.2" or "1.3", in a file as a text' });
const MAX_WORKERS = 64;
/** One client has no more ports than this to one address, and a process seldom more open files. */
const MAX_CONNECTIONS = 60_000;
const MAX_CONCURRENCY = 1_000_000;
const METADATA = 'write a JSON object of texts, such as {"x-user": "jack"}';
const WEIGHTS = 'write weights of 0 or more, such as v1=60,v2=40 or {v1: 60, v2: 40}';
const weights = () =>
  z.union([name, z.record(z.string(), z.number({ error: WEIGHTS }).min(0, { error: WEIGHTS }))], {
    error: WEIGHTS,
  });
const IDENTITY_MAP = 'write names for what is found, such as blue=v1,green=v2';
const HEADERS = 'write a map of texts, such as {end-user: jason}';
const AN_ERROR_RATE = "write an error rate such as 1%, 0.01 or 'v2=0.5%'";

/** Settings that each call of a run can have for itself. */
const perCall = {
  weights: weights().optional().describe('Weights instead of manifests: v1=60,v2=40'),
  previous: weights()
    .optional()
    .describe('Weights before the last change: v1=90,v2=10, or a run record (FILE.json)'),
  'virtual-service': z.string().optional().describe('NS/NAME of the VirtualService that applies'),
  identity: z.string().optional().describe('How a response says which pod answered'),
  'identity-pattern': z
    .string()
    .optional()
    .describe('A regular expression that finds the identity in what --identity gives'),
  'identity-map': z
    .union([z.string(), z.record(z.string(), z.string({ error: IDENTITY_MAP }))], {
      error: IDENTITY_MAP,
    })
    .optional()
    .describe('Names for what is found: blue=v1,green=v2; =v3 where nothing is'),

  'ok-status': z
    .union([z.string(), z.int().transform(String)], { error: 'write statuses such as 200,404,3xx' })
    .optional()
    .describe('HTTP statuses that are OK: 200,404,3xx or 500-503'),

  proto: texts('.proto files that describe the call').optional(),
  'import-path': texts('Folders in which .proto files are looked for').optional(),
  protoset: texts('Compiled descriptor sets that describe the call').optional(),
  reflect: z
    .boolean({ error: 'write true or false' })
    .optional()
    .describe('Whether the target is asked what describes the call, by server reflection'),

  data: z
    .unknown()
    .optional()
    .describe("The request, in protobuf's JSON form; of a stream a list of messages"),
  'forward-to': name
    .optional()
    .describe(
      "URL that Istio's echo application at the target sends requests to (ForwardEcho): xds:///echo.ns:7070",
    ),
  'stream-count': z
    .int({ error: 'write a whole number' })
    .min(0, { error: 'write a number of at least 0' })
    .optional()
    .describe('Messages to send on each stream; those of data over and over'),
  'stream-interval': duration('Between two messages that are sent on a stream').optional(),
  count: z
    .enum(['streams', 'messages'], { error: 'write streams or messages' })
    .optional()
    .describe('What an observation is where answers are streamed: each stream, or each message'),
  metadata: z
    .record(z.string(), z.string({ error: METADATA }), { error: METADATA })
    .optional()
    .describe('Request metadata'),
  header: texts("Request headers, 'name: value' each").optional(),
  'rpc-header': texts('The same of the call alone, not of the reflection before it').optional(),
  'reflect-header': texts('The same of the reflection alone').optional(),
  literal: z
    .boolean({ error: 'write true or false' })
    .optional()
    .describe('Whether {{…}} in data and metadata is sent as it stands'),
  protocol: z
    .enum(PROTOCOLS, { error: 'write grpc, grpc-web, grpc-web-text, connect or http' })
    .optional()
    .describe(
      'What is spoken: gRPC and plain HTTP by what is asked for, gRPC-Web and Connect where it says so',
    ),
  origin: z
    .string()
    .regex(/^(?:[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+|null)$/, {
      error: 'write scheme, host and port of the page, such as https://myapp.example.com',
    })
    .optional()
    .describe(
      'Origin of the page that makes calls of gRPC-Web or Connect: its CORS preflight is made too',
    ),
  authority: name
    .refine((text) => /^[\x21-\x7e]*$/.test(text), {
      error: 'write a host in ASCII, with its port if need be, such as grpc.example.com:443',
    })
    .optional()
    .describe('The :authority to send'),

  expect: z
    .strictObject({
      service: z
        .string({ error: 'name a service, such as reviews.default' })
        .describe('NAME[.NAMESPACE][:PORT][/PATH] of a service behind the one that is called'),
      headers: z
        .record(z.string(), z.string({ error: HEADERS }), { error: HEADERS })
        .optional()
        .describe('Headers its callers send, where its route goes by them'),
    })
    .optional()
    .describe('What the split is expected of, where it is not that of the call itself'),
  tolerance: z
    .union([z.string(), z.literal(0).transform(String)], {
      error:
        'write a tolerance with its unit: 5pp (percentage points), 10% (of each weight), v1=3pp,v2=5pp, or 0',
    })
    .optional()
    .describe('How far a share may be off: 5pp, 10%, v1=3pp,v2=5pp, or 0'),
  'max-error-rate': z
    .union([z.string(), z.number().transform(String)], { error: AN_ERROR_RATE })
    .optional()
    .describe('Part of the requests that may fail: 1%, 0.01, v2=0.5% of one destination'),
  'error-rate-shown': z
    .union([z.string(), z.number().transform(String)], { error: 'write 2% or 0.02' })
    .optional()
    .describe('Error rate that a pass excludes for each destination: 2%'),
};

/** One that could be the number of a call, or a method, would leave open what is picked. */
const callName = name
  .max(100, { error: 'write at most 100 characters' })
  .regex(/^[^#./]*[^#./\d][^#./]*$/, {
    error: 'a name of a call has no # . or /, and is no number: write words',
  });

/** One of several calls, as it stands in a file. */
export const callSchema = z
  .strictObject({
    call: z.string().optional().describe('pkg.Service/Method'),
    http: httpSchema.optional().describe('A plain HTTP request, instead of a call'),
    name: callName.optional().describe('What reports call it, and --call picks it by'),
    labels: labelsSchema.optional().describe('Labels of the call, for reports'),
    ...perCall,
  })
  .refine(
    ({ call, http, 'forward-to': url }) => ((call ?? url) === undefined) !== (http === undefined),
    { error: 'say what to call: a gRPC method as "call", or a plain HTTP request as "http"' },
  );

/**
 * Every setting of a run, under the name of its flag. A scenario file holds them as YAML; flags
 * override it. The JSON Schema is made of this (`json-schema.ts`).
 */
export const settingsSchema = z.strictObject({
  name: name
    .max(200, { error: 'write at most 200 characters' })
    .optional()
    .describe('What the report calls this scenario'),
  labels: labelsSchema.optional().describe('Labels of the run, for reports: {commit: 4f2a9c1}'),
  target: z.string().optional().describe('Where the load goes: host:port and the like'),

  manifest: texts('Kubernetes YAML or JSON files or folders that were applied').optional(),
  kube: z
    .union([z.boolean(), z.strictObject({ context: name.optional() })], {
      error: 'write true, or {context: NAME}',
    })
    .optional()
    .describe(
      'Read the cluster itself: true for the current context of the kubeconfig (in a pod: its service account), or {context: NAME}',
    ),
  'all-namespaces': z
    .boolean({ error: 'write true or false' })
    .optional()
    .describe('Whether all namespaces of the cluster are read, and not those alone that matter'),
  'each-replica': z
    .union([z.boolean(), z.string()], { error: 'write true, or NAMESPACE/SERVICE[:PORT]' })
    .optional()
    .describe(
      "Whether the gateway's pods are loaded and judged one by one: true, or NAMESPACE/SERVICE[:PORT] of the Service before them",
    ),
  namespace: name.optional().describe('Of objects that name none, and of the client'),
  'root-namespace': name
    .optional()
    .describe("Istio's root namespace, whose objects hold for the whole mesh: istio-system"),
  'client-labels': z
    .string({ error: 'write labels such as app=shop,version=v1' })
    .optional()
    .describe("Labels of the client's pod, where routes go by them: app=shop,version=v1"),
  via: z
    .string()
    .optional()
    .describe(
      'Whose routes apply: gateway[:NS/NAME], mesh, waypoint[:NS/NAME], ztunnel or proxyless',
    ),
  'gateway-port': count("The gateway's own port, where the target's differs").optional(),
  scheme: z
    .enum(['http', 'https'])
    .optional()
    .describe('What the gateway is spoken to in, where TLS ends (or begins) before it'),
  'gateway-class': z
    .enum(GATEWAY_IMPLEMENTATIONS)
    .optional()
    .describe('Whose rules a Gateway API Gateway follows, where its GatewayClass does not say'),
  'rollout-step': z
    .int({ error: 'write a whole number' })
    .min(0, { error: 'steps are counted from 0' })
    .optional()
    .describe('Step of an Argo Rollout to expect, from 0; the current one when absent'),
  'envoy-admin': texts("URL of the proxy's admin interface, of each replica one").optional(),
  'config-dump': z.string().optional().describe("File with the proxy's /config_dump"),
  'access-log-format': name
    .optional()
    .describe("Format of the gateway's access log, in Envoy's or nginx's own notation"),
  'run-id': z
    .string()
    .regex(/^[\w.:@=-]{1,128}$/, {
      error: 'write at most 128 letters, digits and . _ - : @ =',
    })
    .optional()
    .describe('What the run is called in its user agent and its record; random when absent'),
  'user-agent': z
    .string()
    .max(256, { error: 'write at most 256 characters' })
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, {
      error: 'write words of printable ASCII without quotes and backslashes',
    })
    .optional()
    .describe('What the user agent says behind splitproof/VERSION RUNID'),

  call: z.string().optional().describe('pkg.Service/Method'),
  http: httpSchema.optional().describe('A plain HTTP request, instead of a call'),
  'http-version': z
    .enum(['1.1', '2'], { error: 'write 1.1 or 2' })
    .optional()
    .describe('Of plain HTTP requests; in a file as a text: "1.1"'),
  user: z
    .string()
    .regex(/^[^:]*:/, { error: 'write NAME:PASSWORD' })
    .optional()
    .describe('NAME:PASSWORD of plain HTTP requests'),
  calls: z
    .array(callSchema)
    .min(1, { error: 'name at least one call' })
    .optional()
    .describe('Several calls instead of one, each with what is its own'),
  ...perCall,

  plaintext: z.boolean().optional().describe('Speak HTTP without TLS'),
  cacert: z.string().optional().describe('PEM file of the authorities to trust'),
  cert: z.string().optional().describe('PEM file of the client certificate'),
  key: z.string().optional().describe("PEM file of the client certificate's key"),
  resolve: name.optional().describe('HOST:PORT:ADDRESS to connect to, as for curl'),
  'connect-to': name.optional().describe('HOST1:PORT1:HOST2:PORT2 to connect to, as for curl'),
  servername: z
    .string()
    .optional()
    .describe('Name to check the certificate for, and for SNI; the authority when absent'),
  'skip-verify': z.boolean().optional().describe("Do not check the server's certificate"),
  'tls-min': tlsVersion.optional().describe('The least version of TLS to offer; "1.2" when absent'),
  'tls-max': tlsVersion
    .optional()
    .describe('The highest version of TLS to offer; "1.3" when absent'),
  'connect-timeout': timeLimit('How long connecting may take').optional(),

  'xds-server': name
    .optional()
    .describe(
      'Control plane of an xds:/// target: HOST:PORT or unix:PATH; else by GRPC_XDS_BOOTSTRAP',
    ),
  'xds-node-id': name
    .optional()
    .describe('What the client of an xds:/// target calls itself to the control plane'),
  'xds-retries': z
    .boolean({ error: 'write true or false' })
    .optional()
    .describe('Whether failed calls of an xds:/// target are made again, as its routes have it'),

  requests: count('How many requests; planned from the weights when absent').optional(),
  duration: timeLimit('Stop sending after this long').optional(),
  concurrency: count('Requests in flight in all')
    .max(MAX_CONCURRENCY, { error: `write at most ${MAX_CONCURRENCY}` })
    .optional(),
  connections: count('How many connections')
    .max(MAX_CONNECTIONS, { error: `write at most ${MAX_CONNECTIONS}` })
    .optional(),
  rps: requestsPerSecond.optional().describe('Constant arrival rate: an open loop'),
  pace: z
    .union([z.literal('max'), requestsPerSecond], { error: PACE })
    .optional()
    .describe('Requests per second at most, or max; moderate away from loopback when absent'),
  yes: z
    .boolean({ error: 'write true or false' })
    .optional()
    .describe(
      'Whether a target away from loopback may get over 5000 requests/s or 1000 connections',
    ),
  over: timeLimit('Spread the sample over this time').optional(),
  workers: count('Threads that send')
    .max(MAX_WORKERS, { error: `write at most ${MAX_WORKERS}` })
    .optional(),
  timeout: timeLimit("Each request's deadline").optional(),
  warmup: z
    .union([count('Requests before the sample'), duration('Load before the sample')])
    .optional()
    .describe('What to send before the sample: a number of requests, or a duration'),
  passive: z
    .boolean({ error: 'write true or false' })
    .optional()
    .describe('Whether nothing is sent, and requests of others are judged by the access log'),
  for: timeLimit('How long the access log is read from now on; to its end when absent').optional(),
  'route-name': name
    .optional()
    .describe('What the gateway calls the route whose lines of the access log are judged'),
  'wait-for-rollout': duration(
    'Wait this long at most until the traffic follows the weights, then take the sample',
  ).optional(),
  'across-change': timeLimit(
    'Watch a change of weights, from the previous ones to the new ones, for this long at most',
  ).optional(),
  engine: z.enum(['h2', 'grpc-js']).optional().describe('Which client makes the calls'),

  sequential: z
    .boolean()
    .optional()
    .describe('Whether the load ends as soon as the evidence is enough for a verdict'),
  alpha: probability('How often an exactly right split may be failed').optional(),
  power: probability('How often an exactly right split must be passed').optional(),
  inconclusive: z
    .enum(['fail', 'pass', 'report'])
    .optional()
    .describe('How the exit status treats an inconclusive run'),
  threshold: texts(
    'What must hold: p99<50ms, p99{v2}<1.2x{v1}, error-rate<1%, rate>1000, cert-days>14',
  ).optional(),
  'compare-destinations': z
    .string()
    .refine((text) => parseComparedDestinations(text) !== null, {
      error: 'write two destinations, the candidate first, as v2:v1, or auto',
    })
    .optional()
    .describe('The latency and errors of one destination against another: v2:v1, or auto'),
  seed: z
    .int({ error: 'write a whole number' })
    .min(0, { error: 'write a number of at least 0' })
    .optional()
    .describe('For everything drawn at random'),
  mask: texts('Headers whose values no output shows, beside authorization, cookies and API keys')
    .refine((names) => names.every((one) => /^[\w.-]+$/.test(one)), {
      error: 'write the name of a header, such as x-session',
    })
    .optional(),
});

/** Settings as they stand in a file or on the command line, checked one by one. */
export type Settings = z.output<typeof settingsSchema>;

/** Settings as a program gives them: a list of one may be written without being one. */
export type SettingsInput = z.input<typeof settingsSchema>;

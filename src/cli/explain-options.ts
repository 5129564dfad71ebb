import type { Argv, Options } from 'yargs';
import { EXPLANATION_FORMATS } from '../report/explanation-formats.js';
import type { Instrument } from '../run/instrument.js';
import { SAFETY_OPTIONS } from './safety-options.js';
import {
  HTTP_OPTIONS,
  OUTPUT_OPTIONS,
  REQUEST_POSITIONAL,
  SCENARIO_OPTION,
  SETTING_OPTIONS,
} from './verify-options.js';

const EXPECTED = 'What is expected:';

const {
  manifest,
  kube,
  'all-namespaces': allNamespaces,
  namespace,
  'root-namespace': rootNamespace,
  via,
  proto,
  protoset,
  call,
  metadata,
  header,
  authority,
  mask,
  plaintext,
  servername,
  protocol,
  timeout,
  'forward-to': forwardTo,
  'expect-service': expectService,
  'virtual-service': virtualService,
  'gateway-port': gatewayPort,
  scheme,
  'gateway-class': gatewayClass,
  'client-labels': clientLabels,
  'rollout-step': rolloutStep,
  'import-path': importPath,
} = SETTING_OPTIONS;

/** What a line of `verify` says besides: it is taken as well, so that lines can be copied. */
const ALSO_TAKEN = Object.fromEntries(
  (
    [
      'data',
      'user',
      'origin',
      'http-version',
      'ok-status',
      'skip-verify',
      'identity',
      'reflect',
      'rpc-header',
      'reflect-header',
      'expand-headers',
      'literal',
    ] as const
  ).map((name): [string, Options] => [name, { ...SETTING_OPTIONS[name], hidden: true }]),
);

/** Settings of a run that say which route a request takes. */
export const ROUTE_OPTIONS = {
  manifest,
  kube,
  'all-namespaces': allNamespaces,
  namespace,
  'root-namespace': rootNamespace,
  via,
  'client-labels': clientLabels,
  'expect-service': expectService,
  'virtual-service': virtualService,
  'gateway-port': gatewayPort,
  scheme,
  'gateway-class': gatewayClass,
  'rollout-step': rolloutStep,
  call,
  'forward-to': forwardTo,
  proto,
  'import-path': importPath,
  protoset,
  metadata,
  header,
  authority,
  mask,
  plaintext,
  servername: { ...servername, describe: 'Server name of the TLS connection [the authority]' },
  protocol,
  ...ALSO_TAKEN,
};

const INSTRUMENTS: readonly Instrument[] = ['header', 'envoyfilter', 'telemetry'];

const WHO_ANSWERED = 'Who answered, where the service does not say:';

const INSTRUMENT_OPTIONS = {
  instrument: {
    group: WHO_ANSWERED,
    describe: 'Print the object that makes the proxy say it, for kubectl apply -f - [header]',
    type: 'string',
    choices: INSTRUMENTS,
  },
  uninstrument: {
    group: WHO_ANSWERED,
    describe: 'Print what takes it back: the header gone, or what to delete [header]',
    type: 'string',
    choices: INSTRUMENTS,
  },
} satisfies Record<string, Options>;

// Not yargs' own examples: it breaks commands into a narrow column.
const EXPLAIN_EPILOGUE = `Examples:
  Which route does this call take through the manifests, and why?
    splitproof explain -f manifests/ --plaintext localhost:8080 \\
      helloworld.Greeter/SayHello
  All routes of all gateways and hosts, and what is wrong with them? Of one
  host with --authority, of one object with --virtual-service:
    splitproof explain -f manifests/
  The same of a cluster, read by the kubeconfig:
    splitproof explain --kube=staging -A
  The first for a plain HTTP request with a header:
    splitproof explain -f manifests/ --authority shop.example.com \\
      --path /reviews/1 -H 'x-canary: always'
  A connection, where a gateway or sidecar sees no HTTP (tls and tcp routes):
    splitproof explain -f manifests/ tls://shop.example.com
    splitproof explain -f manifests/ tcp://localhost:31400
  The requests that Istio's echo server makes when it is asked by ForwardEcho:
    splitproof explain -f manifests/ -N echo-grpc \\
      --forward-to xds:///echo.echo-grpc.svc.cluster.local:7070
  Is the gateway programmed with it? (kubectl port-forward … 15000)
    splitproof explain -f manifests/ --envoy-admin http://127.0.0.1:15000 \\
      --call helloworld.Greeter/SayHello
  Whom does the proxy send it to? Your own rule, with a header that says so:
    splitproof explain -f manifests/ :8080 helloworld.Greeter/SayHello \\
      --instrument | kubectl apply -f -
    … --uninstrument | kubectl apply -f -                  (after the run)
  The same at the gateway for runs alone, no route touched:
    … --instrument envoyfilter | kubectl apply -f -
    … --uninstrument envoyfilter | kubectl delete -f -     (after the run)
  telemetry instead of envoyfilter: the gateway logs the requests of runs.

Exit status: 0 fine or warnings, 1 warnings with --strict, 2 errors: no route,
a broken manifest, a proxy that is programmed with something else. Nothing is
sent to the target.`;

/** Adds everything `explain` understands. */
export function explainOptions(command: Argv): Argv {
  return command
    .positional('request', REQUEST_POSITIONAL)
    .option('scenario', SCENARIO_OPTION)
    .options(ROUTE_OPTIONS)
    .options({
      'envoy-admin': SETTING_OPTIONS['envoy-admin'],
      'config-dump': SETTING_OPTIONS['config-dump'],
      ...HTTP_OPTIONS,
      timeout: {
        ...timeout,
        describe: 'How long the client waits: does the route end calls sooner?',
      },
      strict: { group: EXPECTED, describe: 'Warnings exit with 1', type: 'boolean' },
    })
    .options(INSTRUMENT_OPTIONS)
    .options(SAFETY_OPTIONS)
    .conflicts('instrument', ['uninstrument', 'strict', 'envoy-admin', 'config-dump'])
    .conflicts('uninstrument', ['strict', 'envoy-admin', 'config-dump'])
    .options({
      format: { ...OUTPUT_OPTIONS.format, choices: Object.keys(EXPLANATION_FORMATS) },
      output: OUTPUT_OPTIONS.output,
      github: OUTPUT_OPTIONS.github,
      color: OUTPUT_OPTIONS.color,
    })
    .epilogue(EXPLAIN_EPILOGUE);
}

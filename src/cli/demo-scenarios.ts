import path from 'node:path';
import { PACKAGE_FOLDER } from '../package-folder.js';
import type { DemoApplication } from './demo-mesh.js';

const SCENARIOS = path.join(PACKAGE_FOLDER, 'scenarios');

/** A scenario, and the mesh that it is run against. */
export interface DemoScenario {
  file: string;
  application: DemoApplication;
  /** What the mesh serves. It is told, and does not read the manifests that the verdict reads. */
  weights: readonly { name: string; weight: number }[];
  /** What the Deployments of a version are called; as the application's documents call them unless told. */
  deployment?: (version: string) => string;
  /** The name that the mesh's certificate has; plaintext when absent. */
  securedAs?: string;
  /**
   * How to call the mesh by hand.
   *
   * @param address Its `host:port`.
   * @param caFile Of the authority that vouches for it; null in plaintext.
   */
  byHand: (address: string, caFile: string | null) => string;
}

const GREETER_CALL = grpcurl('{"name":"Jack"}', 'helloworld.Greeter/SayHello');

const GRPC_SERVICE_CALL = grpcurl(
  '{"name":"World"}',
  'helloworld.Greeter/SayHello',
  'grpc.example.com',
);

/** By what they are called on the command line. */
export const DEMOS: Record<string, DemoScenario> = {
  greeter: {
    file: 'asm-greeter-60-40.yaml',
    application: 'greeter',
    weights: versions(60, 40),
    byHand: GREETER_CALL,
  },
  'greeter-100-0': {
    file: 'asm-greeter-100-0.yaml',
    application: 'greeter',
    weights: versions(100, 0),
    byHand: GREETER_CALL,
  },
  echo: {
    file: 'echo-20-80.yaml',
    application: 'echo',
    weights: versions(20, 80),
    byHand: grpcurl(
      '{"message":"hi"}',
      'proto.EchoTestService/Echo',
      'echo.echo-grpc.svc.cluster.local:7070',
    ),
  },
  // The pod at the target sends the calls itself, by xDS.
  proxyless: {
    file: 'echo-forward-20-80.yaml',
    application: 'proxyless',
    weights: versions(20, 80),
    byHand: grpcurl(
      '{"url":"xds:///echo.echo-grpc.svc.cluster.local:7070","count":5}',
      'proto.EchoTestService/ForwardEcho',
    ),
  },
  bookinfo: {
    file: 'bookinfo-10-40-50.yaml',
    application: 'bookinfo',
    weights: versions(10, 40, 50),
    byHand: (address) => `curl http://${address}/productpage`,
  },
  'grpc-gateway-tls': {
    file: 'grpc-gateway-tls.yaml',
    application: 'greeter',
    weights: [{ name: 'grpc-service', weight: 100 }],
    deployment: (version) => version,
    securedAs: 'grpc.example.com',
    byHand: GRPC_SERVICE_CALL,
  },
  'grpc-gateway-h2c': {
    file: 'grpc-gateway-h2c.yaml',
    application: 'greeter',
    weights: [{ name: 'grpc-service', weight: 100 }],
    deployment: (version) => version,
    byHand: GRPC_SERVICE_CALL,
  },
  // The weights are those of the orders; users and their health have others.
  'grpc-gateway-paths': {
    file: 'grpc-gateway-paths-canary.yaml',
    application: 'grpc-gateway',
    weights: versions(60, 40),
    byHand: grpcurl('{"id":"1001"}', 'mypackage.OrderService/GetOrder', 'grpc.example.com', {
      proto: 'grpc-gateway/order.proto',
    }),
  },
  'grpc-gateway-streaming': {
    file: 'grpc-gateway-streaming-canary.yaml',
    application: 'greeter',
    weights: versions(60, 40),
    deployment: (version) => `streaming-service-${version}`,
    byHand: grpcurl(
      '{"name":"World"}{"name":"Universe"}',
      'helloworld.Greeter/SayHelloBidiStream',
      'grpc.example.com',
    ),
  },
  'grpc-gateway-retries': {
    file: 'grpc-gateway-retries-canary.yaml',
    application: 'grpc-gateway-retries',
    weights: versions(80, 20),
    byHand: grpcurl('{"name":"Jack"}', 'helloworld.Greeter/SayHello', 'grpc.example.com', {
      flags: '-v',
    }),
  },
  'grpc-gateway-web': {
    file: 'grpc-gateway-web-canary.yaml',
    application: 'greeter',
    weights: versions(60, 40),
    deployment: (version) => `grpc-service-${version}`,
    securedAs: 'grpc.example.com',
    byHand: GRPC_SERVICE_CALL,
  },
};

/** Demos that are run one after the other, by what they are called together. */
export const SERIES: Readonly<Record<string, readonly string[]>> = {
  'grpc-gateway': Object.keys(DEMOS).filter((name) => name.startsWith('grpc-gateway-')),
};

/** What of a series no gateway answers, by the series: its scenario is explained. */
export const EXPLAINED: Readonly<Partial<Record<string, string>>> = {
  'grpc-gateway': 'grpc-gateway-proxyless.yaml',
};

/** v1, v2, … with these weights. */
function versions(...weights: readonly number[]): DemoScenario['weights'] {
  return weights.map((weight, index) => ({ name: `v${index + 1}`, weight }));
}

/** Relative to the working folder, so that reports name it as a person would. @param name In the scenarios' folder. */
export function scenarioFile(name: string): string {
  return path.relative('.', path.join(SCENARIOS, name));
}

function grpcurl(
  data: string,
  method: string,
  authority?: string,
  { proto, flags }: { proto?: string; flags?: string } = {},
): DemoScenario['byHand'] {
  const header = authority === undefined ? '' : ` -authority ${authority}`;
  const given = flags === undefined ? '' : ` ${flags}`;
  return (address, caFile) => {
    const security = caFile === null ? '-plaintext' : `-cacert ${caFile}`;
    const more = proto === undefined ? given : ` -proto ${scenarioFile(proto)}${given}`;
    return `grpcurl ${security}${header}${more} -d '${data}' ${address} ${method}`;
  };
}

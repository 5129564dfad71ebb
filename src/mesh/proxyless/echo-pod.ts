import type { Client } from '@grpc/grpc-js';
import { noForwarding, type Application, type Pod } from '../application.js';
import { echoOf } from '../echo.js';
import type { OpenForwarding } from '../forward-echo.js';
import { listenH2 } from '../h2-server.js';
import { healthCheckOf } from '../health.js';
import { listenHttp } from '../http-server.js';
import { FailingCalls, type PodErrors } from '../pod-errors.js';
import { type RunningPod, serveStream } from '../pod-server.js';
import { PROTO_FILES } from '../services.js';
import { forwardBy, grpcClientOf } from './forward-grpc.js';
import { forwardHttp } from './forward-http.js';
import { httpEcho } from './http-echo.js';
import type { ServiceNames } from './service-names.js';
import { xdsLibrary } from './xds-library.js';

export interface EchoPodOptions {
  pod: Pod;
  /** Of gRPC; 0, the default, takes a free one. */
  port?: number;
  /** Calls that it fails; none unless told. */
  errors?: PodErrors;
  /** What names stand for where it sends to. */
  names: ServiceNames;
  /** Gives the bootstrap of its xDS client, as JSON, once it has something to send. */
  bootstrap: () => string;
  /** Told of each request of another that is no ForwardEcho. */
  onEcho: () => void;
}

/** A pod of the echo application without a proxy, which is a client of xDS itself. */
export interface EchoPod {
  pod: Pod;
  /** Of gRPC: `127.0.0.1:7070`. */
  address: string;
  port: number;
  httpPort: number;
  /** Closes the connections to others: before those others close, which a client would wait for. */
  stopSending(): Promise<void>;
  close(): Promise<void>;
}

const SETTLE_MS = 1000;

/** The option by which a client has a bootstrap of its own: the library reads one a process otherwise. */
const BOOTSTRAP = 'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config';

/** @throws Error of the operating system when a port cannot be had. */
export async function startEchoPod(options: EchoPodOptions): Promise<EchoPod> {
  const { pod, port, errors, names, bootstrap, onEcho } = options;
  /** By target: loading its contracts again takes the library a fifth of a second for each client. */
  const xdsClients = new Map<string, Client>();

  const openXds: OpenForwarding = async (request) => {
    const grpc = await import('@grpc/grpc-js');
    const { XdsChannelCredentials } = await xdsLibrary();
    let client = xdsClients.get(request.url);
    if (client === undefined) {
      client = grpcClientOf(grpc, {
        target: request.url,
        credentials: new XdsChannelCredentials(grpc.credentials.createInsecure()),
        options: { [BOOTSTRAP]: bootstrap() },
      });
      xdsClients.set(request.url, client);
    }
    return forwardBy(grpc, client, request, () => undefined);
  };

  const openGrpc: OpenForwarding = async (request) => {
    const grpc = await import('@grpc/grpc-js');
    const { host: authority, hostname, port: ofUrl } = new URL(request.url);
    const address = names.addressOf(hostname, Number(ofUrl));
    const client = grpcClientOf(grpc, {
      target: `${address.host}:${address.port}`,
      credentials: grpc.credentials.createInsecure(),
      options: { 'grpc.default_authority': authority },
    });
    return forwardBy(grpc, client, request, () => {
      client.close();
    });
  };

  const echo = echoOf({
    xds: openXds,
    grpc: openGrpc,
    http: (request) => forwardHttp(request, names),
  });
  const running: RunningPod = {
    pod,
    application: counted(new Map([...echo, healthCheckOf(echo)]), onEcho),
    protoFiles: PROTO_FILES.echo,
    port: 0,
    forward: noForwarding,
    failing: errors === undefined ? null : new FailingCalls(errors),
    served: 0,
    forwarded: 0,
  };
  const server = await listenH2(port === undefined ? {} : { port }, (stream, headers) => {
    serveStream(running, stream, headers);
  });
  running.port = server.port;
  const http = await listenHttp({}, (request) => {
    onEcho();
    return httpEcho(pod, () => http.port)(request);
  });
  return {
    pod,
    address: server.address,
    port: server.port,
    httpPort: http.port,
    async stopSending() {
      await Promise.all([...xdsClients.values()].map(settled));
      for (const client of xdsClients.values()) client.close();
      xdsClients.clear();
    },
    async close() {
      await Promise.all([server.close(), http.close()]);
    },
  };
}

/**
 * Waits a moment for what a client has asked its control plane for: the library goes on to wait 15 s for it, and
 * the process with it, when the client is closed before.
 */
async function settled(client: Client): Promise<void> {
  await new Promise<void>((resolve) => {
    client.waitForReady(Date.now() + SETTLE_MS, () => {
      resolve();
    });
  });
}

function counted(application: Application, onEcho: () => void): Application {
  return new Map(
    [...application].map(([path, method]) => [
      path,
      path.endsWith('/Echo')
        ? (request, call) => {
            onEcho();
            return method(request, call);
          }
        : method,
    ]),
  );
}

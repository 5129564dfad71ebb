import { listenH2, type H2ServerOptions } from './h2-server.js';
import { forwardToPod, serveStream, type RunningPod } from './pod-server.js';
import { FailingCalls, type PodErrors } from './pod-errors.js';
import { APPLICATIONS, PROTO_FILES, type MeshService } from './services.js';

export interface BackendOptions extends H2ServerOptions {
  service: MeshService;
  /** Name of the pod, which its replies carry. */
  pod: string;
  version: string;
  /** Calls that it fails; none unless told. */
  errors?: PodErrors;
}

/** One pod with a port of its own, to stand behind a real gateway. */
export interface Backend {
  pod: string;
  version: string;
  port: number;
  /** `host:port` */
  address: string;
  /** Requests its application was given so far. */
  served(): number;
  close(): Promise<void>;
}

/**
 * Starts one pod as an HTTP/2 server of its own. A call it forwards comes back to itself: it is a
 * mesh of one.
 *
 * @throws Error of the operating system when the port cannot be had.
 */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { service, pod, version, errors } = options;
  const running: RunningPod = {
    pod: { name: pod, version },
    application: APPLICATIONS[service],
    protoFiles: PROTO_FILES[service],
    port: 0,
    served: 0,
    forwarded: 0,
    failing: errors === undefined ? null : new FailingCalls(errors),
    forward: (call) => Promise.resolve(forwardToPod(running, call)),
  };
  const server = await listenH2(options, (stream, headers) => {
    serveStream(running, stream, headers);
  });
  running.port = server.port;
  return {
    pod,
    version,
    port: server.port,
    address: server.address,
    served: () => running.served,
    close: () => server.close(),
  };
}

import { createRequire } from 'node:module';
import type { GrpcRequest } from '../../call/grpc/request.js';
import { channelOptions, GrpcJsConnection } from './grpc-js-connection.js';
import type { Connection, ConnectionEvents, XdsTransportSpec } from './transport.js';

/** The one way to give a channel a bootstrap of its own; the environment's is read once for the whole process. */
const BOOTSTRAP = 'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config';

/**
 * Opens a client that a control plane configures: it has connections to the pods of the target, and chooses one for
 * each call by the routes that it is told.
 *
 * @param requests What it can call.
 * @param signal Gives up connecting when it aborts.
 * @returns Once a pod can be called, or none can for now.
 */
export async function dialXds(
  requests: readonly GrpcRequest[],
  { service, bootstrap, retries, connectTimeoutMs }: XdsTransportSpec,
  signal: AbortSignal,
  events: ConnectionEvents,
): Promise<Connection> {
  const { register, XdsChannelCredentials } = await import('@grpc/grpc-js-xds');
  const { ChannelCredentials, Client, Metadata } = libraryBeside('@grpc/grpc-js-xds');
  register();
  // In any others the library leaves out without a word the mutual TLS that it is told to speak.
  const credentials = new XdsChannelCredentials(ChannelCredentials.createInsecure());
  const client = new Client(`xds:///${service}`, credentials, {
    ...channelOptions(requests),
    'grpc.enable_retries': retries ? 1 : 0,
    [BOOTSTRAP]: bootstrap,
  });
  const channel = { client, Metadata, remote: `xds:///${service}`, asksWhy: true };
  const connection = new GrpcJsConnection(requests, channel, events);
  await connection.opened({ connectTimeoutMs, signal });
  return connection;
}

/** The copy of @grpc/grpc-js that a module uses: installed elsewhere, it may have one of its own. */
function libraryBeside(name: string): typeof import('@grpc/grpc-js') {
  const { resolve } = createRequire(import.meta.url);
  return createRequire(resolve(name))('@grpc/grpc-js') as typeof import('@grpc/grpc-js');
}

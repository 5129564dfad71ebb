import type { ChannelCredentials, ChannelOptions, Client, Metadata } from '@grpc/grpc-js';
import type { ForwardEchoRequest } from '../echo-messages.js';
import { ECHO_PATH, entryOfGrpc, type Forwarding } from '../forward-echo.js';
import { grpcErrorInGo } from '../go-text.js';
import { decodeTextMessage, encodeTextMessage } from '../text-message.js';

type GrpcJs = typeof import('@grpc/grpc-js');

/** What a client of gRPC connects to. */
export interface GrpcTarget {
  /** `xds:///echo.echo-grpc.svc.cluster.local:7070`, `127.0.0.1:7070` */
  target: string;
  credentials: ChannelCredentials;
  options: ChannelOptions;
}

/** So much longer than all requests together a call may take: the set says that it was late, and not each. */
const GRACE_MS = 1000;

/** @param grpc The library, which is loaded where it is used first. */
export function grpcClientOf(grpc: GrpcJs, { target, credentials, options }: GrpcTarget): Client {
  return new grpc.Client(target, credentials, {
    // Istio's echo server has a client of its own for each ForwardEcho, and tells errors as they come.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    ...options,
  });
}

/**
 * Sends a ForwardEcho's requests by one client of gRPC.
 *
 * @param close What ends when they are done.
 */
export function forwardBy(
  { Metadata: MetadataOf }: GrpcJs,
  client: Client,
  { headers, message, timeoutMs }: ForwardEchoRequest,
  close: () => void,
): Forwarding {
  const request = Buffer.from(encodeTextMessage(message));
  const host = headers.find(({ key }) => key.toLowerCase() === 'host')?.value;
  return {
    request(index) {
      const metadata = new MetadataOf();
      metadata.set('x-request-id', String(index));
      for (const { key, value } of headers) {
        if (key.toLowerCase() !== 'host') metadata.set(key, value);
      }
      const startedMs = performance.now();
      return new Promise((resolve, reject) => {
        let responseHeaders: Metadata | null = null;
        const call = client.makeUnaryRequest(
          ECHO_PATH,
          (bytes: Buffer) => bytes,
          decodeTextMessage,
          request,
          metadata,
          {
            deadline: Date.now() + timeoutMs + GRACE_MS,
            ...(host === undefined ? {} : { host }),
          },
          (error, body = '') => {
            if (error) reject(new Error(grpcErrorInGo(error.code, error.details)));
            else {
              const latencyMs = performance.now() - startedMs;
              resolve(entryOfGrpc(index, latencyMs, body, pairsOf(responseHeaders)));
            }
          },
        );
        call.on('metadata', (received: Metadata) => (responseHeaders = received));
      });
    },
    close,
  };
}

function pairsOf(metadata: Metadata | null): [string, string][] {
  return Object.entries(metadata?.getMap() ?? {}).map(([name, value]) => [name, String(value)]);
}

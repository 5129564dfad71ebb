import type { IncomingHttpHeaders } from 'node:http2';
import { GRPC_STATUS } from './grpc-status.js';

/** One replica of a workload. */
export interface Pod {
  /** As Kubernetes names it: `<deployment>-<pod-template-hash>-<5 characters>`. */
  name: string;
  /** The version it belongs to: what the split picks. */
  version: string;
}

/** What a method sees of the call besides its request message. */
export interface CallContext {
  pod: Pod;
  headers: IncomingHttpHeaders;
  /** The port the pod says it serves. */
  port: number;
  /** Sends one more call into the mesh, as a pod with a sidecar or an xDS client does. */
  forward: Forward;
}

export type Forward = (call: ForwardedCall) => Promise<UnaryReply>;

/** A call one pod makes to another. */
export interface ForwardedCall {
  path: string;
  headers: IncomingHttpHeaders;
  request: Uint8Array;
}

/** The end of a unary call: a message with status OK, a status other than OK, or one of HTTP alone. */
export type UnaryReply =
  | ({ kind: 'message'; message: Uint8Array } & ReplyHeaders)
  | ({ kind: 'error'; code: number; message: string } & ReplyHeaders)
  | ({ kind: 'http-error'; status: number; message: string } & ReplyHeaders);

interface ReplyHeaders {
  headers?: Readonly<Record<string, string>>;
}

/** @throws Error when the request cannot be decoded: the caller is answered INTERNAL. */
export type UnaryMethod = (
  request: Uint8Array,
  call: CallContext,
) => UnaryReply | Promise<UnaryReply>;

/** The methods of a server by their path, `/package.Service/Method`. */
export type Application = ReadonlyMap<string, UnaryMethod>;

/** Of a pod that calls no other by what is beside it. */
export const noForwarding: Forward = () =>
  Promise.resolve({
    kind: 'error',
    code: GRPC_STATUS.unimplemented,
    message: 'nothing is forwarded here',
  });

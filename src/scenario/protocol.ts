/**
 * How methods are called by plain HTTP, as pages in browsers do: by gRPC-Web with a body of bytes or of base64, or by
 * Connect.
 */
export type WebProtocol = 'grpc-web' | 'grpc-web-text' | 'connect';

/** What can be spoken. */
export const PROTOCOLS = ['grpc', 'grpc-web', 'grpc-web-text', 'connect', 'http'] as const;

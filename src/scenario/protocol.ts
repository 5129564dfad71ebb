/** How pages in browsers call methods of gRPC: with a body of bytes, or of base64. */
export type GrpcWebProtocol = 'grpc-web' | 'grpc-web-text';

/** What can be spoken. */
export const PROTOCOLS = ['grpc', 'grpc-web', 'grpc-web-text', 'http'] as const;

/** A unary gRPC call. */
export interface GrpcRequest {
  kind: 'grpc';
  /** `/pkg.Service/Method`. */
  path: string;
  authority: string;
  scheme: 'http' | 'https';
  /** Request metadata by lower-case name, in order; `-bin` values are base64. */
  metadata: readonly (readonly [string, string])[];
  /** The request message without its length prefix. */
  message: Uint8Array;
  /** The request's own deadline, in ms. */
  timeoutMs: number;
  /** Whether its user agent ends in its number, which is written into it each time it is sent. */
  isNumbered?: boolean;
}

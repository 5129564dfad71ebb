import type { GrpcRequest } from '../../call/grpc/request.js';
import type { MetadataEntry } from '../../wire/grpc/request.js';

/** The metadata of a request as they are sent: those whose names end in `-bin` are bytes. */
export function metadataOf({ metadata }: Pick<GrpcRequest, 'metadata'>): MetadataEntry[] {
  return metadata.map(([name, value]) => [
    name,
    name.endsWith('-bin') ? Buffer.from(value, 'base64') : value,
  ]);
}

import type { CallOfSettings } from './call-list.js';
import { parseHeaders } from './headers.js';
import type { Settings } from './schema.js';

/** What is called. */
export type Call = GrpcCall;

/** A unary gRPC call. */
export interface GrpcCall {
  kind: 'grpc';
  /** As the user wrote it: `pkg.Service/Method`. */
  method: string;
  /** The request in protobuf's JSON form. */
  data: unknown;
  contract: ContractSources;
  /** Request metadata by lower-case name. */
  metadata: [string, string][];
  /** The `:authority` to send; null: the target. */
  authority: string | null;
  /** How an answer says which pod gave it, as the user wrote it; null: by the method called. */
  identity: string | null;
}

/** Where the contract of a called service is described; nowhere: it is one of those built in. */
export interface ContractSources {
  /** `.proto` files. */
  protoFiles: readonly string[];
  /** Folders in which `.proto` files and their imports are looked for, after the working folder. */
  importPaths: readonly string[];
  /** Compiled FileDescriptorSets, as `protoc --descriptor_set_out --include_imports` writes them. */
  protosets: readonly string[];
}

/** The contract's sources as settings name them. */
export function contractSources(settings: Settings): ContractSources {
  return {
    protoFiles: settings.proto ?? [],
    importPaths: settings['import-path'] ?? [],
    protosets: settings.protoset ?? [],
  };
}

/** What settings call. */
export function callOf(settings: CallOfSettings): Call {
  const common = {
    metadata: parseHeaders(settings.metadata ?? {}, settings.header ?? []),
    authority: settings.authority ?? null,
    identity: settings.identity ?? null,
  };
  const { call: method, data = {} } = settings;
  return { kind: 'grpc', method, data, contract: contractSources(settings), ...common };
}

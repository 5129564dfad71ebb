import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  create,
  createFileRegistry,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonObject,
  type Registry,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { PACKAGE_FOLDER } from '../../package-folder.js';

/** Contracts of discovery and of what it tells, compiled beforehand. */
const CONTRACTS = path.join(PACKAGE_FOLDER, 'proto/xds.protoset');
const DISCOVERY = 'envoy.service.discovery.v3';

/** What is asked of a control plane, or said of what it sent. */
export interface DiscoveryRequest {
  typeUrl: string;
  /** The last version that was accepted; empty at first. */
  version: string;
  /** Of the response that this one is about; empty in the first. */
  nonce: string;
  names: readonly string[];
  /** Who asks, as protobuf's JSON; null where it was said before. */
  node: JsonObject | null;
  /** Why the response was refused; null: it was not. */
  refusal: string | null;
}

/** What a control plane sends. */
export interface DiscoveryResponse {
  typeUrl: string;
  version: string;
  nonce: string;
  resources: readonly { typeUrl: string; bytes: Uint8Array }[];
}

let loaded: FileRegistry | null = null;

/** Read when it is first used. */
function registry(): FileRegistry {
  loaded ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(CONTRACTS)));
  return loaded;
}

function schemaOf(name: string): DescMessage {
  const schema = registry().getMessage(name);
  if (schema === undefined) throw new RangeError(`the contracts of discovery have no ${name}`);
  return schema;
}

/** INVALID_ARGUMENT: what was sent cannot be used. */
const REFUSED = 3;

export function encodeDiscoveryRequest(request: DiscoveryRequest): Uint8Array {
  const { typeUrl, version, nonce, names, node, refusal } = request;
  const schema = schemaOf(`${DISCOVERY}.DiscoveryRequest`);
  const json = {
    type_url: typeUrl,
    version_info: version,
    response_nonce: nonce,
    resource_names: [...names],
    ...(node === null ? {} : { node }),
    ...(refusal === null ? {} : { error_detail: { code: REFUSED, message: refusal } }),
  };
  return toBinary(
    schema,
    fromJson(schema, json, { registry: registry(), ignoreUnknownFields: true }),
  );
}

/** @throws Error when the bytes are no such message. */
export function decodeDiscoveryResponse(bytes: Uint8Array): DiscoveryResponse {
  const message = fromBinary(schemaOf(`${DISCOVERY}.DiscoveryResponse`), bytes) as unknown as {
    versionInfo: string;
    nonce: string;
    typeUrl: string;
    resources: { typeUrl: string; value: Uint8Array }[];
  };
  const { typeUrl, versionInfo: version, nonce, resources } = message;
  return {
    typeUrl,
    version,
    nonce,
    resources: resources.map((one) => ({ typeUrl: one.typeUrl, bytes: one.value })),
  };
}

/**
 * A resource as Envoy's configuration dumps have it: protobuf's JSON, with names as in the contracts. What is of
 * a type that nobody here knows is empty in it.
 *
 * @throws Error when the bytes are none of its type.
 */
export function resourceJson({
  typeUrl,
  bytes,
}: DiscoveryResponse['resources'][number]): JsonObject {
  const schema = schemaOf(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  const options = { registry: TOLERANT, useProtoFieldName: true };
  return toJson(schema, fromBinary(schema, bytes), options) as JsonObject;
}

/** Knows all types, those too that it knows nothing of. */
const TOLERANT: Registry = {
  kind: 'registry',
  [Symbol.iterator]: () => registry()[Symbol.iterator](),
  get: (name) => registry().get(name),
  getMessage: (name) => registry().getMessage(name) ?? emptyMessage(name),
  getEnum: (name) => registry().getEnum(name),
  getExtension: (name) => registry().getExtension(name),
  getExtensionFor: (extendee, number) => registry().getExtensionFor(extendee, number),
  getService: (name) => registry().getService(name),
};

const emptyMessages = new Map<string, DescMessage | undefined>();

function emptyMessage(typeName: string): DescMessage | undefined {
  if (!emptyMessages.has(typeName)) {
    const at = typeName.lastIndexOf('.');
    const file = {
      name: `${typeName}.proto`,
      package: typeName.slice(0, Math.max(0, at)),
      messageType: [{ name: typeName.slice(at + 1) }],
      syntax: 'proto3',
    };
    const set = create(FileDescriptorSetSchema, { file: [file] });
    emptyMessages.set(typeName, createFileRegistry(set).getMessage(typeName));
  }
  return emptyMessages.get(typeName);
}

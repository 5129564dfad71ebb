import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  createFileRegistry,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { PACKAGE_FOLDER } from '../../package-folder.js';

/** Contracts of discovery and of what it tells, compiled beforehand (`scripts/xds-protoset.mjs`). */
const CONTRACTS = path.join(PACKAGE_FOLDER, 'proto/xds.protoset');

const REQUEST = 'envoy.service.discovery.v3.DiscoveryRequest';
const RESPONSE = 'envoy.service.discovery.v3.DiscoveryResponse';

/** A `DiscoveryRequest`, as far as a control plane looks at it. */
export interface DiscoveryRequest {
  typeUrl: string;
  /** The last version that was accepted; empty at first. */
  version: string;
  /** Of the response that this one is about; empty in the first request of a stream. */
  nonce: string;
  /** What is asked for; empty: whatever there is, where the type has such. */
  names: readonly string[];
  /** Who asks: the node's id, where the request has it. */
  node: string | null;
  /** Why the response was refused; null: it was accepted. */
  refusal: string | null;
}

/** A `DiscoveryResponse`. */
export interface DiscoveryResponse {
  typeUrl: string;
  version: string;
  nonce: string;
  /** In the JSON form of protobuf, each with its `@type`. */
  resources: readonly JsonObject[];
}

let loaded: FileRegistry | null = null;

/** Read when it is first used: it takes as long as the rest of a start. */
function registry(): FileRegistry {
  loaded ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(CONTRACTS)));
  return loaded;
}

function messageNamed(name: string): DescMessage {
  const found = registry().getMessage(name);
  if (found === undefined) throw new RangeError(`the mesh does not know ${name} of Envoy's API`);
  return found;
}

/** @throws Error when the bytes are no such message. */
export function decodeDiscoveryRequest(bytes: Uint8Array): DiscoveryRequest {
  const schema = messageNamed(REQUEST);
  // Texts alone are looked at: what else a node says of itself may be of types that nobody here knows.
  const message = fromBinary(schema, bytes) as unknown as {
    typeUrl: string;
    versionInfo: string;
    responseNonce: string;
    resourceNames: string[];
    node?: { id: string };
    errorDetail?: { message: string };
  };
  return {
    typeUrl: message.typeUrl,
    version: message.versionInfo,
    nonce: message.responseNonce,
    names: message.resourceNames,
    node: message.node?.id ?? null,
    refusal: message.errorDetail?.message ?? null,
  };
}

/** @throws Error when a resource is none of Envoy's; {@link requireResource} says which and why. */
export function encodeDiscoveryResponse(response: DiscoveryResponse): Uint8Array {
  const { typeUrl, version, nonce, resources } = response;
  const json: JsonValue = {
    version_info: version,
    type_url: typeUrl,
    nonce,
    resources: [...resources],
  };
  const schema = messageNamed(RESPONSE);
  return toBinary(schema, fromJson(schema, json, { registry: registry() }));
}

/**
 * @param typeUrl `type.googleapis.com/envoy.config.cluster.v3.Cluster`
 * @param resource The JSON form of one, without its `@type`.
 * @throws RangeError that says what is wrong with it.
 */
export function requireResource(typeUrl: string, resource: JsonObject): void {
  const name = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
  try {
    fromJson(messageNamed(name), resource, { registry: registry() });
  } catch (error) {
    throw new RangeError(`${JSON.stringify(resource.name)} is no ${name}: ${textOf(error)}`, {
      cause: error,
    });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Compiles what control planes say of Envoy's API to proto/xds.protoset, from the contracts that come with
// @grpc/grpc-js-xds: discovery, client status, and the messages that resources hold. Their annotations, most of
// the text, are left out.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { loadSync } from '@grpc/proto-loader';
import { registryOfParsedFiles } from '../dist/src/call/grpc/descriptor-set.js';

const TARGET = path.resolve(import.meta.dirname, '../proto/xds.protoset');

const { resolve } = createRequire(import.meta.url);
const SOURCES = path.resolve(resolve('@grpc/grpc-js-xds'), '../../../deps');
const FOLDERS = ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'];

const EXTENSIONS = 'envoy/extensions';
const FILES = [
  'envoy/service/discovery/v3/ads.proto',
  'envoy/service/status/v3/csds.proto',
  'envoy/config/listener/v3/listener.proto',
  'envoy/config/route/v3/route.proto',
  'envoy/config/cluster/v3/cluster.proto',
  'envoy/config/endpoint/v3/endpoint.proto',
  'envoy/config/rbac/v3/rbac.proto',
  `${EXTENSIONS}/filters/network/http_connection_manager/v3/http_connection_manager.proto`,
  `${EXTENSIONS}/filters/http/router/v3/router.proto`,
  `${EXTENSIONS}/filters/http/fault/v3/fault.proto`,
  `${EXTENSIONS}/filters/http/rbac/v3/rbac.proto`,
  `${EXTENSIONS}/upstreams/http/v3/http_protocol_options.proto`,
  `${EXTENSIONS}/transport_sockets/tls/v3/tls.proto`,
  `${EXTENSIONS}/clusters/aggregate/v3/cluster.proto`,
  `${EXTENSIONS}/load_balancing_policies/ring_hash/v3/ring_hash.proto`,
  `${EXTENSIONS}/load_balancing_policies/pick_first/v3/pick_first.proto`,
  `${EXTENSIONS}/load_balancing_policies/wrr_locality/v3/wrr_locality.proto`,
  'udpa/type/v1/typed_struct.proto',
  'xds/type/v3/typed_struct.proto',
];

/** Packages of options alone, which the messages do without. */
const ANNOTATIONS = /^(?:validate|(?:udpa|xds|envoy)\.annotations)(?:\.|$)/;
/** Of google.protobuf: what messages hold, and not what describes contracts. */
const HELD = /^(?:Any|Duration|Timestamp|Struct|Value|ListValue|NullValue|Empty|\w+Value)$/;

const definitions = loadSync(FILES, {
  includeDirs: FOLDERS.map((folder) => path.join(SOURCES, folder)),
  keepCase: true,
});
const exported = Object.values(definitions).find((entry) => 'fileDescriptorProtos' in entry);
const parsed = exported.fileDescriptorProtos
  .map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
  .filter((file) => !ANNOTATIONS.test(file.package));
for (const file of parsed) {
  file.extension = [];
  if (file.package !== 'google.protobuf') continue;
  file.messageType = file.messageType.filter(({ name }) => HELD.test(name));
  file.enumType = file.enumType.filter(({ name }) => HELD.test(name));
}
const file = [...registryOfParsedFiles(parsed).files].map(({ proto }) => proto);
writeFileSync(TARGET, toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file })));

// Compiles the contracts that come with the package to proto/built-in.protoset, and those of all that the
// embedded mesh serves, each as the file that it is, to proto/mesh.protoset.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { loadContract } from '../dist/src/inputs/contract.js';

const FOLDER = path.resolve(import.meta.dirname, '../proto');
const GATEWAY = path.resolve(import.meta.dirname, '../scenarios/grpc-gateway');
const BUILT_IN = ['helloworld.proto', 'echo.proto', 'health.proto'];
const READ_BESIDES = ['error-details.proto'];
const SERVED_BESIDES = ['user.proto', 'order.proto'];

/** @param {string[]} protoFiles */
async function filesOf(protoFiles) {
  const importPaths = [FOLDER, GATEWAY];
  const contract = await loadContract({ protoFiles, importPaths, protosets: [] });
  return [...contract.files].map(({ proto }) => proto);
}

/** @param {string} name @param {import('@bufbuild/protobuf/wkt').FileDescriptorProto[]} file */
function write(name, file) {
  const set = create(FileDescriptorSetSchema, { file });
  writeFileSync(path.join(FOLDER, name), toBinary(FileDescriptorSetSchema, set));
}

write('built-in.protoset', await filesOf([...BUILT_IN, ...READ_BESIDES]));
const served = [];
for (const name of [...BUILT_IN, ...SERVED_BESIDES]) {
  // What parses them names a file by its package.
  for (const file of await filesOf([name])) served.push({ ...file, name });
}
write('mesh.protoset', served);

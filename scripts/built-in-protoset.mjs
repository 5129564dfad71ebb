// Compiles the contracts that come with the package to proto/built-in.protoset.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { loadContract } from '../dist/src/inputs/contract.js';

const FOLDER = path.resolve(import.meta.dirname, '../proto');
const contract = await loadContract({
  protoFiles: ['helloworld.proto', 'echo.proto', 'health.proto'],
  importPaths: [FOLDER],
  protosets: [],
});
const set = create(FileDescriptorSetSchema, {
  file: [...contract.files].map(({ proto }) => proto),
});
writeFileSync(path.join(FOLDER, 'built-in.protoset'), toBinary(FileDescriptorSetSchema, set));

import { loadSync } from '@grpc/proto-loader';
import path from 'node:path';
import { PACKAGE_FOLDER } from '../package-folder.js';
import { decodeTextMessage } from './text-message.js';

const PROTO = path.join(PACKAGE_FOLDER, 'proto');

/** One `.proto` file as reflection hands it out. */
export interface ReflectedFile {
  name: string;
  /** A serialized `google.protobuf.FileDescriptorProto`. */
  descriptor: Uint8Array;
  services: readonly string[];
  /** Full names of its services, their methods, its messages and enums. */
  symbols: ReadonlySet<string>;
}

const loaded = new Map<string, ReflectedFile>();

/**
 * Reads a built-in contract at its first use: it takes longer than starting the mesh.
 *
 * @param file Its name in the `proto` folder; it must import nothing.
 */
export function reflectedFile(file: string): ReflectedFile {
  const known = loaded.get(file);
  if (known) return known;
  let descriptor: Uint8Array = new Uint8Array();
  const services: string[] = [];
  const symbols = new Set<string>();
  for (const [name, definition] of Object.entries(loadSync(path.join(PROTO, file)))) {
    symbols.add(name);
    if ('fileDescriptorProtos' in definition) {
      descriptor = (definition.fileDescriptorProtos as Buffer[])[0] ?? descriptor;
    } else {
      services.push(name);
      for (const method of Object.keys(definition)) symbols.add(`${name}.${method}`);
    }
  }
  // FileDescriptorProto has its name where every message here has its text: in field 1.
  const reflected = { name: decodeTextMessage(descriptor), descriptor, services, symbols };
  loaded.set(file, reflected);
  return reflected;
}

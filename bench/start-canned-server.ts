import path from 'node:path';
import type { CannedServerOptions } from './canned-server.js';
import { startServerProcess, type ServerProcess } from './server-process.js';

/** Starts a canned Greeter on a free loopback port. */
export function startCannedServer(options: CannedServerOptions): Promise<ServerProcess> {
  const script = path.join(import.meta.dirname, 'canned-server.js');
  return startServerProcess(process.execPath, [script, JSON.stringify(options)]);
}

import { readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../../../test/data/tls');

function pem(name: string): Buffer {
  return readFileSync(path.join(FOLDER, name));
}

/** Certificates that tests use on loopback. */
export const CERTIFICATES = {
  ca: pem('ca.pem'),
  server: { cert: pem('server.pem'), key: pem('server.key') },
  client: { cert: pem('client.pem'), key: pem('client.key') },
};

import { certificateAuthority } from '../../src/mesh/certificates.js';

const authority = await certificateAuthority();

/** Certificates that tests use on loopback, made for this run. */
export const CERTIFICATES = {
  ca: Buffer.from(authority.cert),
  server: await authority.issue({ hosts: ['localhost', 'greeter.test', '127.0.0.1'] }),
  client: await authority.issue({ hosts: ['client'] }),
};

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { checkedPem, type PemFiles } from '../../src/gate/tls-pem.js';
import { type Certificate, certificateAuthority } from '../../src/mesh/certificates.js';

describe('certificates of a gate', () => {
  let own: Certificate;
  let other: Certificate;
  let authority: string;
  before(async () => {
    const made = await certificateAuthority();
    authority = made.cert;
    own = await made.issue({ hosts: ['localhost'] });
    other = await made.issue({ hosts: ['localhost'] });
  });
  const files = (cert: string, key: string, ca?: string): PemFiles => ({
    cert: { file: 'tls.crt', bytes: Buffer.from(cert) },
    key: { file: 'tls.key', bytes: Buffer.from(key) },
    clientAuthority: ca === undefined ? null : { file: 'ca.crt', bytes: Buffer.from(ca) },
  });

  it('are taken where they fit each other', () => {
    const text = `a comment\n${authority}${authority}`;
    const { cert, clientAuthority } = checkedPem(files(`${own.cert}${authority}`, own.key, text));
    assert.ok(cert.toString().startsWith('-----BEGIN CERTIFICATE-----'));
    assert.equal(clientAuthority?.toString(), text);
    assert.equal(checkedPem(files(own.cert, own.key)).clientAuthority, null);
  });

  it('are refused where they do not, and no key is repeated', () => {
    const cut = own.cert.replace(/[A-Za-z0-9+/]{40}\n/, '\n');
    const wrong: [PemFiles, RegExp][] = [
      [files(own.cert, other.key), /^tls\.key: it is not the key of the certificate in tls\.crt$/],
      [files(own.key, own.key), /^tls\.crt: there is no certificate in it/],
      [files('', own.key), /^tls\.crt: there is no certificate in it/],
      [files(cut, own.key), /^tls\.crt: a certificate in it cannot be read/],
      [files(own.cert, own.cert), /^tls\.key: there is no private key in it/],
      [files(own.cert, own.key.slice(0, 100)), /^tls\.key: there is no private key in it/],
      [files(own.cert, own.key, ''), /^ca\.crt: there is no certificate in it/],
      [files(own.cert, own.key, cut), /^ca\.crt: a certificate in it cannot be read/],
    ];
    const secret = own.key.split('\n')[1]!;
    for (const [pem, message] of wrong) {
      assert.throws(
        () => checkedPem(pem),
        (error: Error) => {
          assert.ok(error instanceof InputError);
          assert.match(error.message, message);
          return !error.message.includes(secret) && !error.message.includes('\n');
        },
      );
    }
  });
});

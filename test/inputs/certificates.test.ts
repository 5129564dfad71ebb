import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { readTlsOptions } from '../../src/inputs/certificates.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-pem-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const TLS = {
  kind: 'tls',
  caFile: undefined,
  client: undefined,
  serverName: undefined,
  skipVerify: false,
  minVersion: undefined,
  maxVersion: undefined,
} as const;

describe('certificates', () => {
  it('are those of the system unless files are named', async () => {
    assert.deepEqual(await readTlsOptions(TLS, 'gateway'), { verify: true, serverName: 'gateway' });
    const unverified = { ...TLS, serverName: 'shop', skipVerify: true };
    assert.deepEqual(await readTlsOptions(unverified, 'gateway'), {
      verify: false,
      serverName: 'shop',
    });
    const modern = { ...TLS, minVersion: '1.3', maxVersion: '1.3' } as const;
    assert.deepEqual(await readTlsOptions(modern, 'gateway'), {
      verify: true,
      serverName: 'gateway',
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
    });
  });

  it('are refused when their file holds none', async () => {
    const begun = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    for (const [name, text, message] of [
      ['text.pem', 'hello', /--cacert: this is not a PEM file/],
      ['key.pem', '-----BEGIN PRIVATE KEY-----', /--cacert: it holds no certificate/],
      ['damaged.pem', begun, /--cacert: certificate 1 of 1 in it is damaged/],
    ] as const) {
      const caFile = path.join(folder, name);
      writeFileSync(caFile, text);
      await assert.rejects(readTlsOptions({ ...TLS, caFile }, undefined), (error: Error) => {
        assert.ok(error instanceof InputError);
        assert.ok(error.message.startsWith(caFile), error.message);
        assert.match(error.message, message);
        return true;
      });
    }
    const client = { certFile: path.join(folder, 'nope.pem'), keyFile: 'nope.key' };
    await assert.rejects(readTlsOptions({ ...TLS, client }, undefined), /--cert: no such file/);
  });
});

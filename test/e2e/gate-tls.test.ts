import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import {
  type Authority,
  type Certificate,
  certificateAuthority,
} from '../../src/mesh/certificates.js';
import { type GateService, greeterScenario, startGateService } from '../fixtures/gate-service.js';

const NOBODY_LISTENS = '127.0.0.1:1';
const WAIT_MS = 60_000;

/** What a mounted Secret holds. */
type Secret = Record<'tls.crt' | 'tls.key' | 'ca.crt', string>;

describe('splitproof gate with certificates', () => {
  let gate: GateService;
  let folder: string;
  let authority: Authority;
  let other: Authority;
  let own: Certificate;
  let known: Certificate;
  let stranger: Certificate;
  before(async () => {
    authority = await certificateAuthority();
    other = await certificateAuthority('another authority');
    own = await issuedTo('127.0.0.1', authority);
    known = await issuedTo('argo', authority);
    stranger = await issuedTo('argo', other);
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-tls-'));
    const names = ['tls.crt', 'tls.key', 'ca.crt'] as const;
    for (const name of names) await symlink(`..data/${name}`, path.join(folder, name));
    await mount({ 'tls.crt': own.cert, 'tls.key': own.key, 'ca.crt': authority.cert });
    const [cert, key, ca] = names.map((name) => path.join(folder, name));
    gate = await startGateService(
      path.join(folder, 'state'),
      { 'scenarios/gone.yaml': greeterScenario(NOBODY_LISTENS, 'v1=60,v2=40') },
      `tls: { cert: ${cert!}, key: ${key!}, client-ca: ${ca!} }\n`,
    );
  });
  after(async () => {
    await gate.stop();
    await rm(folder, { recursive: true });
  });

  const issuedTo = (host: string, by: Authority): Promise<Certificate> =>
    by.issue({ hosts: [host, 'localhost'] });

  /** As the kubelet does: files in a folder of their own, to which one link is turned over. */
  let mounts = 0;
  async function mount(secret: Secret): Promise<void> {
    const data = `..data-${(mounts += 1)}`;
    await mkdir(path.join(folder, data));
    for (const [name, text] of Object.entries(secret)) {
      await writeFile(path.join(folder, data, name), text);
    }
    await symlink(data, path.join(folder, '..data.next'));
    await rename(path.join(folder, '..data.next'), path.join(folder, '..data'));
  }

  function get(
    where: string,
    client: Partial<Certificate> = {},
    agent: Agent | false = false,
  ): Promise<number | undefined> {
    const { cert, key } = client;
    const at = { host: '127.0.0.1', port: gate.port, path: where, servername: 'localhost' };
    const ca = [authority.cert, other.cert];
    return new Promise((resolve, reject) => {
      request({ ...at, ca, cert, key, agent }, (response) => {
        response.resume().once('end', () => {
          resolve(response.statusCode);
        });
      })
        .on('error', reject)
        .end();
    });
  }

  function connected(versions: { maxVersion?: SecureVersion } = {}): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const at = { host: '127.0.0.1', port: gate.port, servername: 'localhost' };
      const oldest = versions.maxVersion === undefined ? {} : { minVersion: 'TLSv1' as const };
      // Old versions are not offered by OpenSSL otherwise.
      const ciphers = versions.maxVersion === undefined ? {} : { ciphers: 'DEFAULT@SECLEVEL=0' };
      const socket = connect({
        ...{ ...at, ...versions, ...oldest, ...ciphers },
        ca: [authority.cert, other.cert],
      });
      socket.once('secureConnect', () => {
        resolve(socket);
      });
      socket.once('error', reject);
    });
  }

  /** The certificate that a new connection is shown. */
  async function shown(): Promise<string> {
    const socket = await connected();
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  }
  const serialOf = ({ cert }: Certificate): string => new X509Certificate(cert).serialNumber;

  async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (!(await isSo())) {
      assert.ok(Date.now() < deadline, `${what}:\n${gate.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('takes clients of its authority, and no others', async () => {
    assert.equal(await get('/v1/runs/x', known), 404);
    assert.equal(await get('/v1/runs/x', stranger), 401);
    assert.equal(await get('/v1/runs/x'), 401);
  });

  it('says to all that it is up', async () => {
    assert.equal(await get('/healthz'), 200);
  });

  it('speaks no version of TLS that has been broken', async () => {
    for (const maxVersion of ['TLSv1', 'TLSv1.1'] as const) {
      await assert.rejects(connected({ maxVersion }), /alert protocol version|EPROTO|ECONNRESET/);
    }
    (await connected({ maxVersion: 'TLSv1.2' })).destroy();
  });

  it('shows new certificates when a Secret is renewed, and drops no connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let dialled = 0;
    const create = agent.createConnection.bind(agent);
    agent.createConnection = (...words) => {
      dialled += 1;
      return create(...words);
    };
    assert.equal(await get('/v1/runs/x', known, agent), 404);
    assert.equal(await shown(), serialOf(own));
    const next = await issuedTo('127.0.0.1', authority);
    await mount({ 'tls.crt': next.cert, 'tls.key': next.key, 'ca.crt': authority.cert });
    await until(async () => {
      // Kept open, however long it takes.
      assert.equal(await get('/v1/runs/x', known, agent), 404);
      return (await shown()) === serialOf(next);
    }, 'the new certificate is not shown');
    assert.equal(await get('/v1/runs/x', known, agent), 404);
    assert.equal(dialled, 1);
    agent.destroy();
    own = next;
  });

  it('keeps what it has where the new files are wrong, and says so in one line', async () => {
    const next = await issuedTo('127.0.0.1', authority);
    const wrongs: [Secret, string][] = [
      [
        { 'tls.crt': next.cert, 'tls.key': own.key, 'ca.crt': authority.cert },
        'it is not the key of the certificate',
      ],
      [
        { 'tls.crt': next.cert, 'tls.key': next.key, 'ca.crt': '' },
        'ca.crt: there is no certificate in it',
      ],
    ];
    for (const [wrong, problem] of wrongs) {
      await mount(wrong);
      await until(() => Promise.resolve(gate.log().includes(problem)), 'nothing is said');
      assert.equal(await shown(), serialOf(own));
      assert.equal(await get('/v1/runs/x', known), 404);
    }
    await mount({ 'tls.crt': next.cert, 'tls.key': next.key, 'ca.crt': authority.cert });
    await until(async () => (await shown()) === serialOf(next), 'the mended pair is not shown');
    const said = gate.log().match(/ tls-unchanged [^\n]+\n/g) ?? [];
    assert.equal(said.length, wrongs.length, gate.log());
    assert.ok(said.every((line) => !line.includes('PRIVATE')));
    own = next;
  });

  it('takes clients of a new authority, and those of the old one no more', async () => {
    await mount({ 'tls.crt': own.cert, 'tls.key': own.key, 'ca.crt': other.cert });
    await until(
      async () => (await get('/v1/runs/x', stranger)) === 404,
      'the new authority is not taken',
    );
    assert.equal(await get('/v1/runs/x', known), 401);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  type Authority,
  type Certificate,
  certificateAuthority,
} from '../../src/mesh/certificates.js';
import { type GateService, greeterScenario, startGateService } from '../fixtures/gate-service.js';

const HOUR_MS = 60 * 60 * 1000;
const NOBODY_LISTENS = '127.0.0.1:1';

describe('splitproof gate with certificates', () => {
  let gate: GateService;
  let state: string;
  let authority: Authority;
  let known: Certificate;
  let stranger: Certificate;
  before(async () => {
    authority = await certificateAuthority();
    const times = { validFrom: new Date(), validUntil: new Date(Date.now() + HOUR_MS) };
    const own = await authority.issue({ hosts: ['127.0.0.1', 'localhost'], ...times });
    known = await authority.issue({ hosts: ['argo'], ...times });
    stranger = await (await certificateAuthority()).issue({ hosts: ['argo'], ...times });
    state = await mkdtemp(path.join(tmpdir(), 'splitproof-state-'));
    gate = await startGateService(
      state,
      {
        'scenarios/gone.yaml': greeterScenario(NOBODY_LISTENS, 'v1=60,v2=40'),
        'tls/tls.crt': own.cert,
        'tls/tls.key': own.key,
        'tls/ca.crt': authority.cert,
      },
      'tls: { cert: tls/tls.crt, key: tls/tls.key, client-ca: tls/ca.crt }\n',
    );
  });
  after(async () => {
    await gate.stop();
    await rm(state, { recursive: true });
  });

  function get(where: string, client: Partial<Certificate> = {}): Promise<number | undefined> {
    const { cert, key } = client;
    return new Promise((resolve, reject) => {
      const at = { host: '127.0.0.1', port: gate.port, path: where, servername: 'localhost' };
      request({ ...at, ca: authority.cert, cert, key, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  }

  it('takes clients of its authority, and no others', async () => {
    assert.equal(await get('/v1/runs/x', known), 404);
    assert.equal(await get('/v1/runs/x', stranger), 401);
    assert.equal(await get('/v1/runs/x'), 401);
  });

  it('says to all that it is up', async () => {
    assert.equal(await get('/healthz'), 200);
  });
});

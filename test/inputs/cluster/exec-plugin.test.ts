import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { credentialsOf, type LogInBounds } from '../../../src/inputs/cluster/credentials.js';
import type { ClusterAccess } from '../../../src/inputs/cluster/kubeconfig.js';

const NAME = './bin-of-tests';
const TOKEN = '{"status":{"token":"fresh"}}';
/** Certificates are not looked into but for their end; this one is none. */
const NO_PEM = '{"status":{"clientCertificateData":"hush","clientKeyData":"hush"}}';

describe('plugins that log in', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-plugin-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** @param script Of the shell; null: there is no such plugin. */
  async function userOf(script: string | null, exec: object = {}): Promise<ClusterAccess> {
    if (script !== null) {
      const at = path.join(folder, NAME);
      await writeFile(at, `#!/bin/sh\n${script}\n`);
      await chmod(at, 0o700);
    }
    const command = script === null ? 'splitproof-no-such-plugin' : NAME;
    return {
      ...{ context: 'c', namespace: null },
      cluster: { name: 'c', server: 'https://one', skipTLSVerify: false, caData: 'Q0E=' },
      user: {
        name: 'u',
        folder,
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command, ...exec },
      },
    };
  }

  async function refused(
    access: Promise<ClusterAccess>,
    reason: RegExp,
    bounds: LogInBounds = {},
  ): Promise<void> {
    await assert.rejects(credentialsOf(await access, bounds), (error: Error) => {
      assert.match(error.message, reason);
      assert.match(error.message, /^--kube: /);
      assert.doesNotMatch(error.message, /\n|hush/);
      return true;
    });
  }

  it('go from the folder of the kubeconfig, take arguments, and are told what for', async () => {
    const script =
      'printf "%s" "$KUBERNETES_EXEC_INFO" > told; echo "{\\"status\\":{\\"token\\":\\"$1-$MINE\\"}}"';
    const access = await userOf(`cd ${folder}; ${script}`, {
      args: ['one'],
      env: [{ name: 'MINE', value: 'two' }],
      provideClusterInfo: true,
    });
    assert.equal((await credentialsOf(access)).headers.Authorization, 'Bearer one-two');
    const told = JSON.parse(await readFile(path.join(folder, 'told'), 'utf8')) as object;
    assert.deepEqual(told, {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: {
          server: 'https://one',
          'insecure-skip-tls-verify': false,
          'certificate-authority-data': 'Q0E=',
        },
      },
    });
  });

  it('are told an authority that stands in a file, too', async () => {
    const access = await userOf(
      `cd ${folder}; printf "%s" "$KUBERNETES_EXEC_INFO" > told; echo '${TOKEN}'`,
      { provideClusterInfo: true },
    );
    const caFile = path.join(folder, 'ca.crt');
    await writeFile(caFile, 'CA');
    await credentialsOf({ ...access, cluster: { ...access.cluster, caData: '', caFile } });
    const told = await readFile(path.join(folder, 'told'), 'utf8');
    assert.match(told, /"certificate-authority-data":"Q0E="/);
  });

  it('that are missing are named, with the hint that the kubeconfig has', async () => {
    const access = userOf(null, { installHint: 'get it from us\nor not' });
    await refused(
      access,
      /plugin splitproof-no-such-plugin, which is not installed.*\(its hint: get it from us\): install it/,
    );
  });

  it('that may not be run, or have no name, are told of', async () => {
    const access = await userOf(`echo '${TOKEN}'`);
    await chmod(path.join(folder, NAME), 0o600);
    await refused(Promise.resolve(access), /which may not be run: make it executable$/);
    await refused(userOf('exit 0', { command: '' }), /does not name: set its command$/);
  });

  it('that fail say why in their last line, and what they print is not shown', async () => {
    await refused(
      userOf('echo hush; echo first >&2; echo "please log in" >&2; exit 3'),
      /no credentials \(please log in\): log in with it, then try again$/,
    );
    await refused(userOf('exit 3'), /\(it ended without a word\)/);
  });

  for (const [what, printed, reason] of [
    ['something else than JSON', 'hush', 'it prints no JSON'],
    ['nothing', '', 'it prints no JSON'],
    ['null', 'null', 'it prints neither a token nor a certificate'],
    ['JSON without credentials', '{"kind":"hush"}', 'it prints neither a token nor a certificate'],
    [
      'a number as a token',
      '{"status":{"token":7}}',
      'it prints neither a token nor a certificate',
    ],
    ['half', '{"status":{"clientKeyData":"hush"}}', 'it prints half of a certificate'],
  ] as const) {
    it(`that print ${what} give no credentials`, async () => {
      await refused(userOf(`printf '%s' '${printed}'`), new RegExp(`\\(${reason}\\)`));
    });
  }

  it('that print no certificate, or without an end, are told of', async () => {
    await refused(userOf(`echo '${NO_PEM}'`), /the client certificate .* is no certificate$/);
    await refused(userOf('yes hush'), /\(it prints without an end\)/);
  });

  it('that hang are ended with all that they hold, at their time or when the user wants it', async () => {
    const hanging = 'exec sleep 120';
    await refused(userOf(hanging), /\(it gave nothing within 0\.2 s\)/, { pluginTimeoutMs: 200 });
    const signal = AbortSignal.timeout(200);
    await refused(userOf(hanging), /reading it was interrupted$/, { signal });
  });

  it('that do not let themselves be ended are ended', { timeout: 60_000 }, async () => {
    const deaf = "trap '' TERM; exec sleep 120";
    await refused(userOf(deaf), /\(it gave nothing within 0\.5 s\)/, { pluginTimeoutMs: 500 });
  });

  it('that ask find nobody who answers', async () => {
    const asking = 'read answer || { echo "no answer" >&2; exit 1; }';
    await refused(userOf(asking), /\(no answer\)/);
    await refused(
      userOf(`echo '${TOKEN}'`, { interactiveMode: 'Always' }),
      /nobody can answer here: choose a context that logs in without questions$/,
    );
    const access = await userOf(`echo '${TOKEN}'`, { interactiveMode: 'IfAvailable' });
    assert.equal((await credentialsOf(access)).headers.Authorization, 'Bearer fresh');
  });
});

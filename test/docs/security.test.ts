import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SAFETY_OPTIONS } from '../../src/cli/safety-options.js';
import { policySchema } from '../../src/scenario/policy-schema.js';
import { settingsSchema } from '../../src/scenario/schema.js';
import { secretsOf } from '../../src/secrets.js';
import { ROOT } from '../fixtures/command.js';

const PAGE = readFileSync(path.join(ROOT, 'docs/security.md'), 'utf8');
const SRC = path.join(ROOT, 'src');
const SOURCES = new Map(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file): [string, string] => [
      file.replaceAll('\\', '/'),
      readFileSync(path.join(SRC, file), 'utf8'),
    ]),
);

/** Files of the product in which something stands; the embedded mesh is the demo's. */
function filesWith(pattern: RegExp): string[] {
  return [...SOURCES]
    .filter(([file, text]) => !file.startsWith('mesh/') && pattern.test(text))
    .map(([file]) => file)
    .sort();
}

describe('docs/security.md', () => {
  it('names the only ways out of the process', () => {
    // Types are not connections.
    const connecting = filesWith(
      /\b(?:net|tls)\.connect\(|\bfetch\(|(?:from |import\()'(?:@grpc\/grpc-js|undici|socks)/,
    );
    assert.deepEqual(connecting, [
      'cli/pushgateway.ts',
      'inputs/cluster/api-client.ts',
      'inputs/cluster/dispatcher.ts',
      'inputs/read-url.ts',
      // It asks the library what it makes of a resource.
      'inputs/xds/library.ts',
      'load/transport/grpc-js-connection.ts',
      'load/transport/grpc-js-stream.ts',
      'load/transport/xds-connection.ts',
      'wire/socket/connect.ts',
      'wire/tls/tls-socket.ts',
    ]);
    assert.deepEqual(filesWith(/readUrl\(/), ['inputs/envoy-admin.ts', 'inputs/read-url.ts']);
    assert.deepEqual(filesWith(/'node:dns/), ['load/transport/reach.ts']);
    assert.deepEqual(filesWith(/^import (?!type ).*'node:(?:https?|http2|dgram|inspector)'/m), []);
    // The library of WebSockets is given sockets that are open.
    assert.deepEqual(filesWith(/from 'ws'/), filesWith(/createConnection: \(\) => socket/));
    assert.match(PAGE, /There is no telemetry, no look for new versions, no download\./);
  });

  it('says which pages of an admin interface are read', () => {
    const pages = [...SOURCES.values()].flatMap((text) =>
      [...text.matchAll(/readAdmin\(\w+, '([^']+)'/g)].map(([, page = '']) => page),
    );
    assert.deepEqual(pages.sort(), ['/clusters?format=json', '/config_dump']);
    for (const page of pages) assert.ok(PAGE.includes(`URL${page}\``), page);
  });

  it('says that nothing is written but reports, and that no other program is started', () => {
    const writing =
      /\b(?:writeFile|appendFile|createWriteStream|mkdir|rm|unlink|rename)(?:Sync)?\(/;
    // The counts of a process that may die alone.
    const files = filesWith(writing).filter((file) => file !== 'load/member/member-process.ts');
    for (const file of files)
      assert.match(file, /^cli\/|^gate\/(?:verdict-store|state-lease|whole-file)\.ts$/, file);
    // The one program that may be started is this one.
    assert.match(SOURCES.get('gate/child-run.ts')!, /\bspawn\(process\.execPath, /);
    for (const file of filesWith(/'node:child_process'/)) {
      if (file === 'gate/child-run.ts' || file === 'inputs/cluster/exec-plugin.ts') continue;
      assert.match(
        SOURCES.get(file)!,
        /import \{ (?:type ChildProcess, )?fork \} from 'node:child_process'/,
      );
    }
    // By no shell, so that what the kubeconfig names is a program and its words.
    assert.match(SOURCES.get('inputs/cluster/exec-plugin.ts')!, /\bexecFile\(/);
    assert.deepEqual(filesWith(/\bshell: /), []);
    assert.deepEqual(filesWith(/\beval\(|new Function\(|'node:vm'/), []);
  });

  it('opens no port but those of the demo and the gate', () => {
    // A member listens to those who started it.
    const files = filesWith(/\.listen\(|createServer\(/);
    assert.deepEqual(files, ['gate/gate.ts', 'load/member/serve-member.ts']);
    assert.match(SOURCES.get('load/member/serve-member.ts')!, /port\.listen\(\(message\)/);
  });

  it('names the environment variables', () => {
    const read = new Set(
      [...SOURCES.values()].flatMap((text) =>
        [
          ...text.matchAll(
            /\benv\.([A-Z_]+)|'((?:SPLITPROOF|GRPC_XDS|GITHUB)_[A-Z_]+)'|\b([A-Z_]+): \w+(?: = '')?(?=[^{}]*\}: NodeJS\.ProcessEnv)/g,
          ),
        ].map(([, ...names]) => names.find(Boolean) ?? ''),
      ),
    );
    const row = PAGE.split('\n').find((line) => line.startsWith('| environment variables'))!;
    const [named = ''] = row.split('|').slice(1);
    assert.deepEqual(
      [...named.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name).sort(),
      [...read].sort(),
    );
  });

  it('names the headers that are masked, the bounds of a policy, and its flags', () => {
    for (const header of secretsOf([], []).headers)
      assert.ok(PAGE.includes(`\`${header}\``), header);
    for (const bound of Object.keys(policySchema.shape)) {
      assert.match(PAGE, new RegExp(`^${bound}: `, 'm'));
    }
    for (const flag of Object.keys(SAFETY_OPTIONS)) {
      assert.ok(PAGE.includes(`\`--${flag} `), flag);
      assert.ok(!(flag in settingsSchema.shape), `a scenario cannot say ${flag}`);
    }
  });

  it('names tests that exist', () => {
    const named = [...PAGE.matchAll(/`(test\/[\w./-]+\.test)\.ts`/g)].map(([, file = '']) => file);
    assert.ok(named.length >= 5);
    for (const file of named) readFileSync(path.join(ROOT, `${file}.ts`));
  });
});

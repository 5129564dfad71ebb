import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';
import { type BuiltImage, buildImage } from './image/built-image.js';

const MOST_COMPRESSED_BYTES = 90_000_000;
const USER = 65532;
const TIMEOUT = { timeout: 290_000 };

describe('the image of the Dockerfile', TIMEOUT, () => {
  let image: BuiltImage;
  before(async () => {
    image = await buildImage();
  }, TIMEOUT);
  after(() => image.close());

  const read = (file: string): string => readFileSync(path.join(image.root, file), 'utf8');

  it('says its version, and helps when it is asked nothing', async () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.equal((await image.entry(['--version'])).stdout, `${version}\n`);
    const { stdout } = await image.entry(image.config.Cmd as string[]);
    assert.match(stdout, /splitproof verify/);
  });

  it('comes to a verdict, as nobody in particular and with nothing that it may write', async () => {
    // All that its user may write are the base's folders for temporary files, and those are read-only here.
    const files = filesIn(image.root);
    const writable = files.filter((file) => isWritable(path.join(image.root, file)));
    assert.deepEqual(writable, ['tmp', 'var/lock', 'var/tmp']);
    const empty = mkdtempSync(path.join(tmpdir(), 'splitproof-read-only-'));
    const mounts = writable.flatMap((folder) => ['--volume', `${empty}:/${folder}:ro`]);
    const flags = ['--cap-drop', 'all', ...mounts];
    const attempt = "require('fs').writeFileSync('/tmp/x', '')";
    const written = await image.command(['node', '-e', attempt], flags);
    assert.match(written.stderr, /EROFS|EACCES/);
    // So many that a right split passes; with those planned it is inconclusive once in a hundred.
    const { status, stdout, stderr } = await image.entry(['demo', '-n', '8000'], flags);
    rmSync(empty, { recursive: true });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^PASS {2}/m);
    assert.deepEqual(filesIn(image.root), files);
  });

  it('has a numeric user that is not root, and an entry point that needs no shell', async () => {
    assert.equal(image.config.User, '65532:65532');
    const { stdout } = await image.command(['node', '-p', 'process.getuid()']);
    assert.equal(stdout, '65532\n');
    assert.deepEqual(image.config.Entrypoint, ['splitproof']);
  });

  it('has no shell, no npm and no packages for development', async () => {
    for (const command of ['sh', 'bash', 'npm', 'env']) {
      const { status, stderr } = await image.command([command, '--version']);
      assert.notEqual(status, 0, command);
      assert.match(stderr, /not found/, command);
    }
    assert.ok(!existsSync(path.join(image.root, 'app/node_modules/typescript')));
  });

  it('says what it is, by the labels of OCI', () => {
    const labels = image.config.Labels as Record<string, string>;
    const label = (name: string): string | undefined => labels[`org.opencontainers.image.${name}`];
    assert.equal(label('version'), '1.2.3');
    assert.equal(label('licenses'), 'Apache-2.0');
    for (const name of ['title', 'description', 'source', 'documentation', 'revision']) {
      assert.ok(label(name), name);
    }
  });

  it('has a list of its packages, and the licence of each', () => {
    const { bomFormat, components } = JSON.parse(read('app/sbom.cdx.json')) as {
      bomFormat: string;
      components: { name: string; group?: string; version: string }[];
    };
    assert.equal(bomFormat, 'CycloneDX');
    const listed = components.map(({ name, version }) => `${name}@${version}`).sort();
    const installed = Object.entries(
      (JSON.parse(read('app/node_modules/.package-lock.json')) as PackageLock).packages,
    ).map(([folder, { version }]) => `${folder.replace(/^.*node_modules\//, '')}@${version}`);
    for (const one of installed) assert.ok(listed.includes(one), one);
    const { node } = process.versions;
    assert.ok(listed.includes(`node@${node}`));
    // What the bundle was made of is in it, and what only the build took is not.
    const names = new Set(components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
    for (const name of ['yargs', 'zod', 'cli-table3']) assert.ok(names.has(name), name);
    for (const name of ['typescript', 'eslint', 'esbuild']) assert.ok(!names.has(name), name);
    const texts = readdirSync(path.join(image.root, 'app'));
    for (const file of ['LICENSE', 'NOTICE']) assert.ok(texts.includes(file), file);
    assert.ok(read('app/dist/cli/LICENSES.txt').length > 10_000);
    assert.ok(read('usr/share/doc/nodejs/LICENSE').length > 1000);
  });

  it(`is ${MOST_COMPRESSED_BYTES / 1e6} MB or less, compressed`, async (test) => {
    const bytes = await image.compressedBytes();
    test.diagnostic(`${(bytes / 1e6).toFixed(1)} MB`);
    assert.ok(bytes > 10_000_000 && bytes <= MOST_COMPRESSED_BYTES, String(bytes));
  });
});

interface PackageLock {
  packages: Record<string, { version: string }>;
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => !/^(?:proc|sys|dev|run)(?:\/|$)/.test(file))
    .sort();
}

function isWritable(file: string): boolean {
  const stat = lstatSync(file);
  return !stat.isSymbolicLink() && (stat.uid === USER || (stat.mode & 0o002) !== 0);
}

import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../fixtures/command.js';
import { run } from './installed-package.js';

/** What is packed: the command line, the library and its types, what both read, what is to be read of them. */
const PACKED = [
  /^(?:LICENSE|NOTICE|README\.md|CHANGELOG\.md|package\.json)$/,
  /^dist\/(?:cli|library)\/[\w-]+\.js$/,
  /^dist\/(?:cli|library)\/LICENSES\.txt$/,
  /^dist\/src\/(?!cli\/|mesh\/)[\w/-]+\.d\.ts$/,
  /^proto\/[\w-]+\.(?:proto|protoset)$/,
  /^reports\/run\.schema\.json$/,
  /^scenarios\/(?:[\w-]+\/)?[\w.-]+\.(?:yaml|proto|schema\.json)$/,
];
const MOST_BYTES = 3_000_000;
const TIMEOUT = { timeout: 200_000 };

interface Packed {
  filename: string;
  size: number;
  files: { path: string }[];
}

const { bundleCli, bundleLibrary } = (await import(
  pathToFileURL(path.join(ROOT, 'scripts/bundles.mjs')).href
)) as Record<'bundleCli' | 'bundleLibrary', (root: string) => Promise<void>>;

describe('the packed project', () => {
  let folder: string;
  let packed: Packed;
  let tarball: Buffer;

  /** @param root A checkout that is built. */
  async function pack(root: string, name: string): Promise<[Packed, Buffer]> {
    const target = path.join(folder, name);
    mkdirSync(target);
    const words = ['pack', root, '--ignore-scripts', '--json', '--pack-destination', target];
    const { status, stdout, stderr } = await run('npm', words, folder);
    assert.equal(status, 0, stderr);
    const [told] = JSON.parse(stdout) as Packed[];
    return [told!, readFileSync(path.join(target, readdirSync(target)[0]!))];
  }

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'splitproof-tarball-'));
    [packed, tarball] = await pack(ROOT, 'first');
  }, TIMEOUT);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('has nothing but what is used or read', () => {
    const files = packed.files.map((file) => file.path);
    assert.deepEqual(
      files.filter((file) => !PACKED.some((pattern) => pattern.test(file))),
      [],
    );
    for (const pattern of PACKED) {
      assert.ok(
        files.some((file) => pattern.test(file)),
        pattern.source,
      );
    }
    assert.ok(packed.size <= MOST_BYTES, String(packed.size));
  });

  it(
    'is the same to the byte when it is bundled and packed in another folder',
    TIMEOUT,
    async () => {
      const copy = path.join(folder, 'another checkout');
      mkdirSync(copy);
      // Copies have times of their own, and the folder another name.
      const names = [
        'package.json',
        'LICENSE',
        'NOTICE',
        'README.md',
        'CHANGELOG.md',
        'proto',
        'scenarios',
      ];
      for (const name of [...names, 'reports/run.schema.json', 'dist/src']) {
        cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
      }
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
      await bundleCli(copy);
      await bundleLibrary(copy);
      const [again, other] = await pack(copy, 'second');
      assert.deepEqual(
        again.files.map((file) => file.path),
        packed.files.map((file) => file.path),
      );
      assert.ok(tarball.equals(other));
    },
  );

  it('can be published with its provenance: where it comes from is said', () => {
    const { publishConfig, repository } = JSON.parse(
      readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
    ) as { publishConfig: object; repository: { url: string } };
    assert.deepEqual(publishConfig, { access: 'public', provenance: true });
    // npm refuses it where the workflow's repository is another.
    const workflow = readFileSync(path.join(ROOT, '.github/workflows/release.yaml'), 'utf8');
    const [, name = ''] = /github\.com\/([\w-]+\/[\w-]+)\.git$/.exec(repository.url) ?? [];
    assert.ok(workflow.includes(`github.repository == '${name}'`));
    assert.match(workflow, /id-token: write/);
  });
});

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../fixtures/command.js';
import { packProject, run } from './installed-package.js';

/** What is packed: the command line, the library and its types, what both read, what is to be read of them. */
const PACKED = [
  /^(?:LICENSE|NOTICE|README\.md|CHANGELOG\.md|package\.json)$/,
  /^dist\/(?:cli|library)\/[\w-]+\.js$/,
  /^dist\/(?:cli|library)\/LICENSES\.txt$/,
  /^dist\/types\/[\w/-]+\.d\.ts$/,
  /^proto\/[\w-]+\.(?:proto|protoset)$/,
  /^reports\/(?:call|explanation|run)\.schema\.json$/,
  /^scenarios\/(?:[\w-]+\/)?[\w.-]+\.(?:yaml|proto|schema\.json)$/,
];
const MOST_BYTES = 3_200_000;
const TIMEOUT = { timeout: 200_000 };

const { bundleAll } = (await import(
  pathToFileURL(path.join(ROOT, 'scripts/bundles.mjs')).href
)) as Record<'bundleAll', (root: string) => Promise<void>>;

describe('the packed project', () => {
  let folder: string;
  let tarball: Buffer;
  let files: string[];

  /** @param root A checkout that is built. */
  async function pack(name: string, root?: string): Promise<{ bytes: Buffer; names: string[] }> {
    const target = path.join(folder, name);
    mkdirSync(target);
    const file = await packProject(target, root);
    const { stdout } = await run('tar', ['-tzf', file], target);
    const names = stdout.trim().split('\n').sort();
    return { bytes: readFileSync(file), names: names.map((one) => one.replace('package/', '')) };
  }

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'splitproof-tarball-'));
    ({ bytes: tarball, names: files } = await pack('first'));
  }, TIMEOUT);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('has nothing but what is used or read', () => {
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
    assert.ok(tarball.length <= MOST_BYTES, String(tarball.length));
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
      const schemas = ['call', 'explanation', 'run'].map((name) => `reports/${name}.schema.json`);
      // The names of pieces have their source maps in them, and these the sources.
      for (const name of [...names, ...schemas, 'src', 'dist/src']) {
        cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
      }
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
      await bundleAll(copy);
      const again = await pack('second', copy);
      assert.deepEqual(again.names, files);
      assert.ok(tarball.equals(again.bytes));
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

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { importsIn } from '../../src/inputs/proto-imports.js';
import { readScenarioFile, type ScenarioReach } from '../../src/inputs/scenario-file.js';

const TOP = mkdtempSync(path.join(os.tmpdir(), 'splitproof-inside-'));
const OUTSIDE = path.join(TOP, 'outside');
after(() => {
  rmSync(TOP, { recursive: true, force: true });
});

function write(file: string, text: string): string {
  const at = path.join(TOP, file);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, text);
  return at;
}

function linkTo(file: string, to: string): void {
  const at = path.join(TOP, file);
  mkdirSync(path.dirname(at), { recursive: true });
  symlinkSync(to, at);
}

const MANIFEST = 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\n';
write('outside/a.yaml', MANIFEST);
write('outside/secret.txt', 'root:x:0:0\n');
write('outside/common.proto', 'syntax = "proto3"; package common; message M {}\n');

let cases = 0;

/** Reads a scenario in a folder of its own. @param files What lies beside it; text, or where a link leads. */
async function read(
  scenario: string,
  files: Record<string, string | { leadsTo: string }> = {},
  reach: Partial<ScenarioReach> = {},
): Promise<string | null> {
  const folder = `case-${++cases}`;
  for (const [name, what] of Object.entries(files)) {
    if (typeof what === 'string') write(`${folder}/${name}`, what);
    else linkTo(`${folder}/${name}`, what.leadsTo);
  }
  const file = write(`${folder}/scenario.yaml`, scenario);
  try {
    await readScenarioFile(file, undefined, {
      folders: [],
      overridden: new Set(),
      importFolders: null,
      ...reach,
    });
    return null;
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.message.replaceAll(TOP, 'TOP');
  }
}

const LIES_OUTSIDE = /lies outside of the scenario's folder: move it there, or .*--allow-path DIR$/;

describe('what a scenario reads', () => {
  it('lies in its folder, and may be missing', async () => {
    assert.equal(
      await read(
        'manifest: [manifests, one.yaml, missing.yaml]\nprevious: before.json\ncacert: ./x/../ca.pem\n',
        { 'manifests/a.yaml': MANIFEST, 'one.yaml': MANIFEST },
      ),
      null,
    );
    assert.equal(await read('manifest: "-"\nidentity: "access-log:-"\n'), null);
  });

  it('is refused elsewhere: by .., by its whole path, through a link; with line and key', async () => {
    assert.match(
      (await read('target: ":1"\nmanifest: ../outside/a.yaml\n'))!,
      /^TOP\/case-\d+\/scenario\.yaml:2: manifest: "TOP\/outside\/a\.yaml" lies outside/,
    );
    for (const [scenario, files, line] of [
      [`manifest:\n  - x.yaml\n  - ${OUTSIDE}\n`, {}, '3: manifest[1]'],
      [
        'manifest: inner/link.yaml\n',
        { 'inner/link.yaml': { leadsTo: `${OUTSIDE}/a.yaml` } },
        '1: manifest',
      ],
      ['manifest: link/a.yaml\n', { link: { leadsTo: OUTSIDE } }, '1: manifest'],
      ['manifest: dir\n', { 'dir/x.yaml': { leadsTo: `${OUTSIDE}/secret.txt` } }, '1: manifest'],
      ['config-dump: ../outside/dump.json\n', {}, '1: config-dump'],
      ['protoset: /etc/passwd\n', {}, '1: protoset'],
      ['import-path: [., ..]\n', {}, '1: import-path[1]'],
      ['cacert: ../ca.pem\n', {}, '1: cacert'],
      ['cert: ../c.pem\nkey: ../k.pem\n', {}, '1: cert'],
      ['previous: ../before.json\n', {}, '1: previous'],
      ['identity: access-log:/var/log/nginx/access.log\n', {}, '1: identity'],
      ['calls:\n  - call: a.A/B\n    previous: ../before.json\n', {}, '3: calls[0].previous'],
    ] as [string, Record<string, { leadsTo: string }>, string][]) {
      const message = (await read(scenario, files)) ?? '';
      assert.match(message, LIES_OUTSIDE, scenario);
      assert.ok(message.includes(`scenario.yaml:${line}: `), message);
      assert.ok(!message.includes('root:x'), message);
    }
  });

  it('is no neighbour whose name begins alike', async () => {
    const message = await read(`manifest: ../case-${cases + 1}-other/a.yaml\n`);
    assert.match(message ?? '', LIES_OUTSIDE);
  });

  it('may lie where flags allow it', async () => {
    const scenario = 'manifest: ../outside/a.yaml\n';
    assert.equal(await read(scenario, {}, { folders: [OUTSIDE] }), null);
    assert.notEqual(await read(scenario, {}, { folders: [path.join(TOP, 'else')] }), null);
  });

  it('is not looked at where a flag says otherwise', async () => {
    const overridden = new Set(['manifest']);
    assert.equal(await read('manifest: ../outside/a.yaml\n', {}, { overridden }), null);
  });

  it('never says where reports go: it has no such setting', async () => {
    for (const key of ['output', 'o', 'format', 'policy', 'allow-path', 'allow-target']) {
      assert.match(
        (await read(`${key}: x.json\n`))!,
        new RegExp(`"${key}" is not a setting of a scenario`),
      );
    }
  });
});

describe('what .proto files of a scenario import', () => {
  const head = 'syntax = "proto3";\n';
  const importing = (name: string): string => `${head}import "${name}";\n`;

  it('lies in its folder as well', async () => {
    assert.equal(
      await read('proto: a.proto\nimport-path: .\n', {
        'a.proto': `${importing('b.proto')}import "google/protobuf/empty.proto";\n`,
        'b.proto': importing('missing.proto'),
      }),
      null,
    );
    for (const [name, files] of [
      ['b.proto', { 'b.proto': importing(`${OUTSIDE}/common.proto`) }],
      ['../outside/common.proto', {}],
      [`${OUTSIDE}/secret.txt`, {}],
      ['link.proto', { 'link.proto': { leadsTo: `${OUTSIDE}/common.proto` } }],
    ] as [string, Record<string, string | { leadsTo: string }>][]) {
      const message = await read('proto: a.proto\nimport-path: .\n', {
        'a.proto': importing(name),
        ...files,
      });
      assert.match(message ?? '', LIES_OUTSIDE, name);
      assert.match(message ?? '', /scenario\.yaml:1: proto: "TOP\/case-\d+\/a\.proto" leads to /);
    }
  });

  it('may lie where --import-path looks', async () => {
    const files = { 'a.proto': importing('common.proto') };
    const reach = { importFolders: [OUTSIDE] };
    assert.equal(await read('proto: a.proto\n', files, reach), null);
  });

  it('ends, however they import each other', async () => {
    const files = { 'a.proto': importing('b.proto'), 'b.proto': importing('a.proto') };
    assert.equal(await read('proto: a.proto\nimport-path: .\n', files), null);
  });
});

describe('imports of a .proto file', () => {
  it('are those that the language has', () => {
    const text = `syntax = "proto3"; // import "no.proto";
      /* import "neither.proto"; */
      import "a.proto"; import public 'b.proto';
      import weak "dir/c.proto";
      message M { string import = 1; string s = 2 [default = "import \\"d.proto\\";"]; }`;
    assert.deepEqual(importsIn(text, 'x.proto'), [
      { name: 'a.proto', line: 3, isWeak: false },
      { name: 'b.proto', line: 3, isWeak: false },
      { name: 'dir/c.proto', line: 4, isWeak: true },
    ]);
  });

  it('that could be read in two ways are refused', () => {
    for (const text of [
      'import "a" "b.proto";',
      String.raw`import "\x2fetc\x2fpasswd";`,
      'import "a.proto"',
      'import "a.proto\n";',
    ]) {
      assert.throws(
        () => importsIn(text, 'x.proto'),
        /^InputError: x\.proto:1: the import .* cannot be followed/,
      );
    }
    assert.deepEqual(
      importsIn('import/**/"a.proto"/**/;', 'x.proto').map(({ name }) => name),
      ['a.proto'],
    );
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SRC = path.join(ROOT, 'src');

/**
 * The rooms of the house and the rooms each may import. Files directly under `src/` compose and
 * may import every room except the leaves.
 */
const ALLOWED: Record<string, readonly string[]> = {
  stats: [],
  wire: [],
  scenario: [],
  call: ['scenario', 'wire'],
  routing: ['scenario'],
  count: ['call', 'stats'],
  load: ['wire', 'call', 'count'],
  inputs: ['scenario', 'call', 'routing', 'record', 'wire'],
  expect: ['routing', 'count', 'stats'],
  record: ['expect', 'count'],
  report: ['record', 'expect'],
  mesh: [],
};
/** The pipeline's own rooms: they compose the others, and only `cli` imports them. */
const COMPOSERS = ['', 'run'];
const LEAVES = ['cli', 'mesh'];
/** The command that starts the embedded mesh is the one place in the product that may. */
const MESH_STARTERS = ['cli/demo-command.ts'];
/** Files that belong to no room and may be imported by all: they know of none. */
const SHARED_FILES = ['input-error', 'package-folder'];

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replaceAll('\\', '/'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  const specifiers = text.matchAll(
    /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'|new URL\('(\.{1,2}\/[^']+\.js)'/g,
  );
  return [...specifiers].map((match) =>
    path.posix.join(path.posix.dirname(file), match[1] ?? match[2] ?? ''),
  );
}

describe('import directions', () => {
  for (const file of sourceFiles(SRC)) {
    it(file, () => {
      const room = file.includes('/') ? file.split('/')[0]! : '';
      for (const target of importsOf(file)) {
        const targetRoom = target.includes('/') ? target.split('/')[0]! : '';
        if (targetRoom === room || target.startsWith('../')) continue;
        if (targetRoom === '' && SHARED_FILES.includes(target.replace(/\.js$/, ''))) continue;
        if (room === 'cli') {
          assert.ok(
            targetRoom !== 'mesh' || MESH_STARTERS.includes(file),
            `${file} imports ${target}: only the demo command starts the mesh`,
          );
          continue;
        }
        assert.ok(!LEAVES.includes(targetRoom), `${file} imports the leaf ${target}`);
        if (COMPOSERS.includes(room)) continue;
        const allowed = ALLOWED[room];
        assert.ok(allowed, `src/${room}/ is not a known room: add it to the test and ARCHITECTURE`);
        assert.ok(
          allowed.includes(targetRoom),
          `${file} imports ${target}: ${room} may import only ${allowed.join(', ') || 'nothing'}`,
        );
      }
    });
  }

  it('there is no catch-all file', () => {
    const catchAlls = sourceFiles(SRC).filter((file) =>
      /(^|\/)(utils?|helpers?|common|types)\.ts$/.test(file),
    );
    assert.deepEqual(catchAlls, []);
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SRC = path.join(ROOT, 'src');

/** The rooms of the house and the rooms that each imports; the table in ARCHITECTURE.md says why. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  stats: [],
  log: [],
  scenario: [],
  mesh: [],
  call: ['scenario', 'wire'],
  routing: ['scenario'],
  count: ['call'],
  load: ['wire', 'call', 'count'],
  expect: ['count', 'stats'],
  record: ['call', 'count', 'expect', 'routing'],
  report: ['record'],
  inputs: ['scenario', 'call', 'routing', 'record', 'wire'],
  run: [
    'scenario',
    'inputs',
    'call',
    'routing',
    'load',
    'log',
    'count',
    'expect',
    'record',
    'report',
  ],
  gate: ['scenario', 'inputs', 'expect', 'record', 'report', 'run'],
  cli: ['scenario', 'inputs', 'load', 'record', 'report', 'run', 'mesh', 'gate'],
};
/** Files that belong to no room: all may import them, and they know of none. */
const GROUND_FLOOR = [
  'finding.ts',
  'input-error.ts',
  'number-text.ts',
  'nearest-name.ts',
  'package-folder.ts',
  'secrets.ts',
  'tool.ts',
];
/** The library's entry, which gives out what rooms have. */
const LIBRARY = 'index.ts';
/** The command that starts the embedded mesh is the one place in the product that may. */
const MESH_STARTERS = ['cli/demo-mesh.ts', 'cli/demo-proxyless.ts'];

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const IMPORTS = new Map(FILES.map((file) => [file, importsOf(file)]));

/** The project's files that one imports, types and lazily loaded ones included. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  const specifiers = text.matchAll(
    /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'|new URL\('(\.{1,2}\/[^']+\.js)'/g,
  );
  return [...specifiers]
    .map((match) => path.posix.join(path.posix.dirname(file), match[1] ?? match[2] ?? ''))
    .map((target) => target.replace(/\.js$/, '.ts'));
}

/** null for files in no room. */
function roomOf(file: string): string | null {
  return file.includes('/') ? file.split('/')[0]! : null;
}

/** Groups of files that import each other in a circle (Tarjan 1972: strongly connected components). */
function circles(): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const target of IMPORTS.get(file) ?? []) {
      if (!index.has(target)) {
        visit(target);
        low.set(file, Math.min(low.get(file)!, low.get(target)!));
      } else if (stack.includes(target)) {
        low.set(file, Math.min(low.get(file)!, index.get(target)!));
      }
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle);
  };
  for (const file of FILES) if (!index.has(file)) visit(file);
  return found;
}

describe('import directions', () => {
  for (const file of FILES) {
    it(file, () => {
      if (file === LIBRARY) return;
      const room = roomOf(file);
      if (room === null) {
        assert.ok(GROUND_FLOOR.includes(file), `${file} belongs to no room`);
      }
      for (const target of IMPORTS.get(file)!) {
        const targetRoom = roomOf(target);
        if (targetRoom === room) continue;
        if (targetRoom === null) {
          assert.ok(GROUND_FLOOR.includes(target), `${file} imports ${target}`);
          continue;
        }
        const allowed = room === null ? [] : ALLOWED[room];
        assert.ok(
          allowed,
          `src/${room ?? ''}/ is not a known room: add it here and to ARCHITECTURE`,
        );
        assert.ok(
          allowed.includes(targetRoom),
          `${file} imports ${target}: ${room ?? 'the ground floor'} may import only ${allowed.join(', ') || 'nothing'}`,
        );
        assert.ok(
          targetRoom !== 'mesh' || MESH_STARTERS.includes(file),
          `${file} imports ${target}: only the demo command starts the mesh`,
        );
      }
    });
  }

  it('no permission is unused', () => {
    const used = new Set(
      [...IMPORTS].flatMap(([file, targets]) =>
        targets.map((target) => `${roomOf(file) ?? ''} → ${roomOf(target) ?? ''}`),
      ),
    );
    const unused = Object.entries(ALLOWED).flatMap(([room, others]) =>
      others
        .filter((other) => !used.has(`${room} → ${other}`))
        .map((other) => `${room} → ${other}`),
    );
    assert.deepEqual(unused, []);
  });

  it('no files import each other in a circle, within a room or between rooms', () => {
    assert.deepEqual(circles(), []);
  });

  it('there is no catch-all file', () => {
    const catchAlls = FILES.filter((file) =>
      /(^|\/)(utils?|helpers?|common|types)\.ts$/.test(file),
    );
    assert.deepEqual(catchAlls, []);
  });
});

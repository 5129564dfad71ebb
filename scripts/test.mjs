// Runs the compiled tests: all of them, or those whose path contains one of the arguments. With --cluster
// the ones of a real API server and a real Istiod, which no other call runs.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { outputOf, sourceFiles } from './compiled-output.mjs';
import { testsLeftOut } from './missing-parts.mjs';
import { installLine } from './system-packages.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
/** A test file that takes longer than this hangs. */
const FILE_TIMEOUT_MS = 600_000;

/** The folder of the tests that need what takes minutes to build. */
const CLUSTER = path.join('test', 'cluster', path.sep);

/** The folder of the tests in which servers come to harm under load. */
const FAULTS = path.join('test', 'faults', path.sep);

/** Rooms of mostly pure code: each test is short, and loading the modules for each file costs more than it. */
const TOGETHER = ['count', 'expect', 'record', 'report', 'routing', 'scenario', 'stats', 'wire'];

const words = process.argv.slice(2);
const ofCluster = words.includes('--cluster');
const wanted = words.filter((word) => word !== '--cluster');
// From the sources, not from dist/: the compiled form of a deleted test must not run.
const sources = sourceFiles(ROOT)
  .filter((source) => source.endsWith('.test.ts') && source.startsWith(CLUSTER) === ofCluster)
  .filter((source) => wanted.length === 0 || wanted.some((part) => source.includes(part)));

if (sources.length === 0) {
  process.stderr.write(`No test has ${wanted.join(' or ') || 'a file'} in its path.\n`);
  process.exit(1);
}
const leftOut = testsLeftOut(ROOT, sources, ofCluster);
const files = sources.filter((source) => !leftOut.has(source)).map(outputOf);
// Many faults of one file go on side by side, each timed: files of them have the machine to themselves.
const timed = files.filter((file) => file.includes(FAULTS));
const others = files.filter((file) => !timed.includes(file));
// One more than there are processors: a few files mostly wait, for deadlines and outages.
const statuses = [run(joinedByRoom(others), availableParallelism() + 1), run(timed, 1)];
if (leftOut.size > 0) tellLeftOut();
process.exit(Math.max(...statuses, leftOut.size > 0 ? 1 : 0));

/** Tests that did not run are no pass: which, for want of what, and what brings that. */
function tellLeftOut() {
  const lines = [`${leftOut.size} of ${sources.length} test files could not run:`];
  const packages = new Set();
  const others = new Set();
  for (const [source, parts] of leftOut) {
    lines.push(`  ${source} (${parts.map(({ name }) => name).join(', ')})`);
    for (const part of parts) {
      if (part.package === null) others.add(part.name);
      else packages.add(part.package);
    }
  }
  if (packages.size > 0) {
    lines.push('As root, this brings what is missing:', installLine([...packages]));
  }
  if (others.size > 0) {
    const names = [...others].join(', ');
    const words = `npm ${ofCluster ? 'run test:cluster' : 'test'}`;
    lines.push(`${words} fetches ${names} by itself, and says above why it could not.`);
  }
  process.stderr.write(`${lines.join('\n')}\n`);
}

/**
 * @param {string[]} some Compiled test files.
 * @returns {string[]} The same, with those of a room of {@link TOGETHER} behind one file that imports them.
 */
function joinedByRoom(some) {
  const folders = TOGETHER.map((room) => path.join('dist', 'test', room));
  const inFolder = (folder) => some.filter((file) => file.startsWith(folder + path.sep));
  const joined = folders.flatMap((folder) => {
    const inside = inFolder(folder);
    if (inside.length < 2) return inside;
    const file = path.join(folder, 'together.js');
    const imports = inside.map((one) => `import './${path.relative(folder, one)}';\n`);
    writeFileSync(path.join(ROOT, file), imports.join(''));
    return [file];
  });
  return [
    ...joined,
    ...some.filter((file) => !folders.some((one) => file.startsWith(one + path.sep))),
  ];
}

/** @returns {number} The exit status. */
function run(some, filesAtOnce) {
  if (some.length === 0) return 0;
  // Every start of Node.js would read these first, a tenth of a second for the certificates of a whole
  // system, and nothing here goes farther than loopback.
  const env = { ...process.env };
  delete env.NODE_EXTRA_CA_CERTS;
  const { status } = spawnSync(
    process.execPath,
    [
      '--test',
      '--test-reporter=spec',
      `--test-timeout=${FILE_TIMEOUT_MS}`,
      `--test-concurrency=${filesAtOnce}`,
      ...some,
    ],
    { cwd: ROOT, stdio: 'inherit', env },
  );
  return status ?? 1;
}

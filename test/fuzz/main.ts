// Fuzzes what reads bytes and text of others, each target for some seconds.
// usage: npm run fuzz -- [--seconds 60] [--seed N] [TARGET…], or TARGET FILE… for these inputs alone
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { filesIn, loadTarget, TARGET_NAMES } from './corpus.js';
import { Coverage } from './coverage.js';
import { fuzz } from './fuzzer.js';
import { Watchdog } from './watchdog.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** What was found worth going on from, and what failed; not committed. */
const KEPT = path.join(ROOT, '.fuzz');
/** What the names of files that failed begin with. */
const FAILED = 'failed-';
const SOURCES = pathToFileURL(path.join(ROOT, 'dist/src')).href;

/** A mistake on the command line. */
class FlagError extends Error {}

try {
  const { names, files, seconds, seed } = readFlags(process.argv.slice(2));
  let failed = 0;
  const [only = ''] = names;
  if (files.length > 0) failed = (await again(only, files)) ? 0 : 1;
  else if (names.length === 1) failed = (await fuzzOne(only, seconds * 1000, seed)) ? 0 : 1;
  else failed = names.filter((name) => !fuzzApart(name, seconds, seed)).length;
  process.exitCode = failed > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof FlagError)) throw error;
  process.stderr.write(`fuzz: ${error.message}\n`);
  process.exitCode = 2;
}

/** Each in a process of its own: V8 tells little of code that was loaded before it was asked to count. */
function fuzzApart(name: string, seconds: number, seed: number): boolean {
  const flags = ['--seconds', String(seconds), '--seed', String(seed)];
  const self = fileURLToPath(import.meta.url);
  const { status } = spawnSync(process.execPath, [self, ...flags, name], { stdio: 'inherit' });
  return status === 0;
}

/** @returns Whether nothing failed. */
async function fuzzOne(name: string, forMs: number, seed: number): Promise<boolean> {
  const coverage = new Coverage(SOURCES);
  // Before the code is there: V8 counts what it compiles from then on.
  await coverage.start();
  const { read, files } = await loadTarget(name);
  const kept = path.join(KEPT, name);
  mkdirSync(kept, { recursive: true });
  const corpus = [...files, ...filesIn(kept)]
    .filter((file) => !path.basename(file).startsWith(FAILED))
    .map((file) => readFileSync(file));
  const watchdog = new Watchdog(path.join(kept, `${FAILED}never-ends`));
  const { inputs, found, failure } = await fuzz(read, corpus, {
    untilMs: performance.now() + forMs,
    seed,
    coverage,
    watchdog,
  });
  await watchdog.end();
  const { places } = coverage;
  coverage.end();
  for (const input of found) writeFileSync(path.join(kept, digestOf(input)), input);
  process.stdout.write(
    `${name}: ${inputs} inputs, ${found.length} of them reach something new, ${places} places\n`,
  );
  if (failure === null) return true;
  const file = path.join(kept, `${FAILED}${digestOf(failure.input)}`);
  writeFileSync(file, failure.input);
  tell(name, file, failure.error);
  process.stdout.write(`  again: npm run fuzz -- ${name} ${path.relative(ROOT, file)}\n`);
  return false;
}
async function again(name: string, files: readonly string[]): Promise<boolean> {
  const { read } = await loadTarget(name);
  let passes = true;
  for (const file of files) {
    try {
      await read(readFileSync(file));
      process.stdout.write(`${name}: ${file} passes\n`);
    } catch (error) {
      tell(name, file, error);
      passes = false;
    }
  }
  return passes;
}

function tell(name: string, file: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stdout.write(`${name}: ${path.relative(ROOT, file)} FAILS\n  ${text}\n`);
}

function digestOf(input: Buffer): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16);
}

interface Flags {
  names: string[];
  files: string[];
  seconds: number;
  seed: number;
}

function readFlags(words: string[]): Flags {
  let parsed;
  try {
    parsed = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      },
    });
  } catch (error) {
    throw new FlagError(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  for (const [flag, value] of Object.entries(values)) {
    if (!/^[1-9]\d{0,9}$/.test(value)) {
      throw new FlagError(`--${flag} ${value}: write a whole number from 1`);
    }
  }
  const names = positionals.filter((word) => TARGET_NAMES.includes(word));
  const files = positionals.filter((word) => !TARGET_NAMES.includes(word));
  const unknown = files.find((file) => !existsSync(file));
  if (unknown !== undefined) {
    throw new FlagError(`${unknown} is neither a target (${TARGET_NAMES.join(', ')}) nor a file`);
  }
  if (files.length > 0 && names.length !== 1) {
    throw new FlagError('say which one target reads the files');
  }
  return {
    names: names.length === 0 ? [...TARGET_NAMES] : names,
    files,
    seconds: Number(values.seconds),
    seed: Number(values.seed),
  };
}

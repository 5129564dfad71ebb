import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../fixtures/command.js';

/** What a command came to. */
export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

/** A folder in which nothing but the packed project is installed. */
export interface InstalledPackage {
  folder: string;
  /** Runs npm's own commands, `npx` among them. */
  npm: (words: readonly string[]) => Promise<Ran>;
  /** Runs Node.js with these words. */
  node: (words: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Ran>;
  /** Makes a package of the project's own available where it is not, for what its consumers have beside it. */
  addOwn: (name: string) => Promise<void>;
  close: () => Promise<void>;
}

/** Of each command: a registry may have to be asked. */
const TIMEOUT_MS = 240_000;

/**
 * Packs a checkout as it is built.
 *
 * @param folder Gets the tarball.
 * @returns The tarball's path.
 */
export async function packProject(folder: string, root = ROOT): Promise<string> {
  // The build is there: tests are compiled by it.
  const words = ['pack', root, '--ignore-scripts', '--silent', '--pack-destination', folder];
  const packed = await run(...npmCommand(words), folder);
  demand(packed);
  return path.join(folder, packed.stdout.trim());
}

/** Packs the project as it is built, and installs it as a user would. npm's cache has what it takes, mostly. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'splitproof package '));
  const inFolder = (command: string, words: readonly string[], env?: NodeJS.ProcessEnv) =>
    run(command, words, folder, env);
  const npm = (words: readonly string[]): Promise<Ran> => inFolder(...npmCommand(words));
  await writeFile(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const tarball = await packProject(folder);
  demand(await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]));
  return {
    folder,
    npm,
    node: (words, env) => inFolder(process.execPath, words, env),
    addOwn: async (name) => {
      const link = path.join(folder, 'node_modules', name);
      if (existsSync(link)) return;
      await mkdir(path.dirname(link), { recursive: true });
      await symlink(path.join(ROOT, 'node_modules', name), link);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The packages that npm has installed there, by their paths. */
export async function packagesOf({ folder }: InstalledPackage): Promise<string[]> {
  const text = await readFile(path.join(folder, 'node_modules', '.package-lock.json'), 'utf8');
  return Object.keys((JSON.parse(text) as { packages: object }).packages);
}

function npmCommand(words: readonly string[]): [command: string, words: readonly string[]] {
  const npmCli = process.env.npm_execpath;
  return npmCli === undefined ? ['npm', words] : [process.execPath, [npmCli, ...words]];
}

/** Runs a command to its end. */
export async function run(
  command: string,
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  // The outer test runner's own variables would make an inner one report to it; npm's would have it work here.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:NODE_|npm_(?!config_registry))/.test(name),
  );
  const options = { cwd, timeout: TIMEOUT_MS, env: { ...Object.fromEntries(inherited), ...env } };
  try {
    return { status: 0, ...(await promisify(execFile)(command, words, options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { status: code, stdout, stderr };
  }
}

function demand({ status, stderr }: Ran): void {
  if (status !== 0) throw new Error(`npm ended with ${status}: ${stderr}`);
}

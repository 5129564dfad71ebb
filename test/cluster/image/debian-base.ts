import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What Node.js needs of a system; what a base image without a shell has. */
const LIBRARIES = ['base-files', 'ca-certificates', 'libc6', 'libgcc-s1', 'libstdc++6'];
const SHELL = 'busybox-static';
/** What the build's stage calls. */
const TOOLS = ['chmod', 'env', 'gzip', 'printf', 'rm', 'sh', 'tar'];
const CERTIFICATES = 'etc/ssl/certs/ca-certificates.crt';

/**
 * Makes the file systems of two images out of Debian's packages, as no registry of images may be asked: `base`
 * has libraries alone, `build` a shell and this machine's Node.js and npm besides.
 *
 * @param folder Gets `base` and `build`.
 * @throws Error when apt-get has no such packages here.
 */
export async function makeBases(folder: string): Promise<void> {
  const debs = path.join(folder, 'debs');
  await mkdir(debs);
  await run('apt-get', ['download', '-qq', ...LIBRARIES, SHELL], { cwd: debs });
  const at = (...names: string[]): string => path.join(folder, ...names);
  for (const name of ['base', 'build']) {
    await mkdir(at(name));
    for (const deb of await readdir(debs)) {
      if (name === 'base' && deb.startsWith(SHELL)) continue;
      await run('dpkg-deb', ['-x', path.join(debs, deb), at(name)]);
    }
    // What their installation would have made of the certificates.
    await cp(path.join('/', CERTIFICATES), at(name, CERTIFICATES));
  }
  for (const tool of TOOLS) await symlink('busybox', at('build/bin', tool));
  await symlink('../../bin/busybox', at('build/usr/bin/env'));
  const local = at('build/usr/local');
  const npm = path.resolve(await whereNpmIs(), '../..');
  await mkdir(path.join(local, 'bin'), { recursive: true });
  await cp(process.execPath, path.join(local, 'bin/node'));
  await cp(npm, path.join(local, 'lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', path.join(local, 'bin/npm'));
  // The image of Node.js has its licence here, and in no distribution is it in another text.
  await cp(path.join(import.meta.dirname, '../../../../LICENSE'), path.join(local, 'LICENSE'));
}

/** npm's program. */
async function whereNpmIs(): Promise<string> {
  const { stdout } = await run('npm', ['root', '-g']);
  return path.join(stdout.trim(), 'npm/bin/npm-cli.js');
}

import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../../fixtures/command.js';
import { packProject, type Ran, run } from '../../package/installed-package.js';
import { makeBases } from './debian-base.js';

/** The image of the project's Dockerfile, in a store of its own. */
export interface BuiltImage {
  /** Its configuration, as the specification of OCI has it. */
  config: Record<string, unknown>;
  /** The file system of a container of it. */
  root: string;
  /** Runs its entry point with these words. @param flags Of `buildah run`. */
  entry: (words: readonly string[], flags?: readonly string[]) => Promise<Ran>;
  /** Runs a command in it. @param flags As of `entry`. */
  command: (words: readonly string[], flags?: readonly string[]) => Promise<Ran>;
  /** @returns Bytes of the image as a registry would keep it, its layers compressed. */
  compressedBytes: () => Promise<number>;
  close: () => Promise<void>;
}

const IMAGE = 'localhost/splitproof';
const VERSION = '1.2.3';
/** Of a machine whose certificates are its own: npm is to trust them while it installs. */
const BASE_FILE = `FROM scratch
COPY . /
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
`;

/**
 * Builds the image by buildah, with neither a daemon nor a registry of images: npm alone is asked, as this
 * machine is told to.
 *
 * @throws Error with what buildah or npm said.
 */
export async function buildImage(): Promise<BuiltImage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'splitproof-image-'));
  const at = (...names: string[]): string => path.join(folder, ...names);
  const store = ['--root', at('store'), '--runroot', at('run'), '--storage-driver', 'vfs'];
  const buildah = async (...words: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run('buildah', [...store, ...words], folder);
    if (status !== 0) throw new Error(`buildah ${words.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  await makeBases(folder);
  await writeFile(at('base.containerfile'), BASE_FILE);
  for (const name of ['base', 'build']) {
    const words = ['--isolation', 'chroot', '-q', '-f', at('base.containerfile')];
    await buildah('bud', ...words, '-t', `localhost/${name}`, at(name));
    await rm(at(name), { recursive: true });
  }
  await makeContext(at('context'));
  const caches = [
    [path.join(homedir(), '.npmrc'), '/root/.npmrc:ro'],
    [path.join(homedir(), '.npm'), '/root/.npm'],
  ].filter(([source = '']) => existsSync(source));
  const args = { BUILD_IMAGE: 'localhost/build', BASE_IMAGE: 'localhost/base', VERSION };
  await buildah(
    ...['bud', '--isolation', 'chroot', '-q', '-t', IMAGE, '-f', path.join(ROOT, 'Dockerfile')],
    ...caches.flatMap((mount) => ['--volume', mount.join(':')]),
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    at('context'),
  );
  const container = await buildah('from', '--pull-never', IMAGE);
  const inspected = JSON.parse(await buildah('inspect', '--type', 'image', IMAGE)) as {
    OCIv1: { config: { Entrypoint: string[] } };
  };
  const { config } = inspected.OCIv1;
  const command = (words: readonly string[], flags: readonly string[] = []): Promise<Ran> =>
    run(
      'buildah',
      [...store, 'run', '--isolation', 'chroot', ...flags, container, '--', ...words],
      folder,
    );
  return {
    config,
    root: await buildah('mount', container),
    entry: (words, flags) => command([...config.Entrypoint, ...words], flags),
    command,
    async compressedBytes() {
      await buildah('push', '-q', IMAGE, `oci:${at('oci')}`);
      const manifests = JSON.parse(await readFile(at('oci/index.json'), 'utf8')) as {
        manifests: { digest: string }[];
      };
      const digest = manifests.manifests[0]!.digest.replace(':', '/');
      const manifest = JSON.parse(await readFile(at('oci/blobs', digest), 'utf8')) as {
        config: { size: number };
        layers: { size: number; mediaType: string }[];
      };
      for (const { mediaType } of manifest.layers) {
        if (!mediaType.endsWith('+gzip')) throw new Error(`not compressed: ${mediaType}`);
      }
      return manifest.layers.reduce((sum, { size }) => sum + size, manifest.config.size);
    },
    async close() {
      await buildah('rm', '--all');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What `npm run image` gives to the build. */
async function makeContext(context: string): Promise<void> {
  await mkdir(context);
  await rename(await packProject(context), path.join(context, 'splitproof.tgz'));
  await mkdir(path.join(context, 'deploy/image'), { recursive: true });
  for (const file of ['package-lock.json', 'deploy/image/sbom.mjs']) {
    await copyFile(path.join(ROOT, file), path.join(context, file));
  }
}

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { startServerProcess, type ServerProcess } from './server-process.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BINARY = path.join(ROOT, '.parts', 'go-greeter');

/**
 * Builds the Greeter in Go (Go's own cache makes the second time quick) and starts it on a free
 * loopback port.
 *
 * @param shareV1 Share of its replies that name the pod of v1, from 0 to 1.
 * @throws Error when Go is not installed or cannot build it.
 */
export async function startGoGreeter(shareV1 = 0.6): Promise<ServerProcess> {
  const source = path.join(ROOT, 'bench', 'go-greeter');
  const { status, error } = spawnSync('go', ['build', '-o', BINARY, '.'], {
    cwd: source,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error) throw new Error(`Go is needed to build ${source}: ${error.message}`);
  if (status !== 0) throw new Error(`Go could not build ${source}: see what it says above`);
  return startServerProcess(BINARY, ['-v1', String(shareV1)]);
}

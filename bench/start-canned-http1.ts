import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { http1Answer, type Http1AnswerKind } from './http1-answers.js';
import { startServerProcess, type ServerProcess } from './server-process.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SOURCE = path.join(ROOT, 'bench', 'canned-http1', 'main.c');
const BINARY = path.join(ROOT, '.parts', 'canned-http1');
const WEIGHTS = [
  ['v1', 60],
  ['v2', 40],
] as const;

/**
 * Compiles the canned HTTP/1.1 server.
 *
 * @throws Error with what to install when there is nothing to compile it with.
 */
export function buildCannedHttp1(): void {
  const words = ['-O2', '-o', BINARY, SOURCE, '-lssl', '-lcrypto'];
  const { status } = spawnSync('cc', words, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  throw new Error(
    `the canned HTTP/1.1 server (${SOURCE}) could not be compiled: apt-get install gcc libc6-dev libssl-dev`,
  );
}

/**
 * Starts the canned HTTP/1.1 server, {@link buildCannedHttp1} before, on a free loopback port.
 *
 * @param tls PEM; null for plaintext.
 */
export async function startCannedHttp1(
  kind: Http1AnswerKind,
  tls: { cert: string; key: string } | null,
): Promise<ServerProcess> {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-canned-'));
  const file = (name: string, content: string | Buffer): string => {
    const written = path.join(folder, name);
    writeFileSync(written, content, { mode: 0o600 });
    return written;
  };
  try {
    const secured = tls === null ? [] : ['-c', file('cert', tls.cert), '-k', file('key', tls.key)];
    const answers = WEIGHTS.map(
      ([version, weight]) => `${weight}:${file(version, http1Answer(kind, version))}`,
    );
    return await startServerProcess(BINARY, [...secured, ...answers]);
  } finally {
    // It has read them before it printed its address.
    rmSync(folder, { recursive: true });
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { CannedServerOptions } from './canned-server.js';

const START_TIMEOUT_MS = 10_000;

/** A canned Greeter in a process of its own. */
export interface CannedServer {
  /** `host:port` */
  address: string;
  pid: number;
  stop(): Promise<void>;
}

/** @throws Error when it does not listen within 10 seconds. */
export async function startCannedServer(options: CannedServerOptions): Promise<CannedServer> {
  const script = path.join(import.meta.dirname, 'canned-server.js');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const first = once(child.stdout.setEncoding('utf8'), 'data', {
    signal: AbortSignal.timeout(START_TIMEOUT_MS),
  });
  const [line] = (await Promise.race([first, exited])) as [unknown];
  const port = Number(line);
  if (!Number.isInteger(port) || port === 0 || child.exitCode !== null) {
    child.kill('SIGKILL');
    throw new Error('the canned server did not start: see what it says above');
  }
  return {
    address: `127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async stop() {
      // It ends with its standard input, and so also when this process dies.
      child.stdin.end();
      await exited;
    },
  };
}

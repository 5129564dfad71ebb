import { spawn } from 'node:child_process';
import { once } from 'node:events';

const START_TIMEOUT_MS = 10_000;

/** A server for measurements, in a process of its own. */
export interface ServerProcess {
  /** `host:port` */
  address: string;
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a server that prints its address as its first line and ends when its standard input does,
 * and so also when this process dies.
 *
 * @throws Error when it has not printed an address after 10 seconds.
 */
export async function startServerProcess(
  command: string,
  args: readonly string[],
): Promise<ServerProcess> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  const printed = once(child.stdout.setEncoding('utf8'), 'data', {
    signal: AbortSignal.timeout(START_TIMEOUT_MS),
  }).then(
    ([text]) => String(text).trim(),
    () => '',
  );
  const address = await Promise.race([printed, exited.then(() => '')]);
  if (!/^[\d.]+:\d+$/.test(address)) {
    child.kill('SIGKILL');
    throw new Error(`${command} did not start: ${address || 'see what it says above'}`);
  }
  return {
    address,
    pid: child.pid ?? 0,
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}

import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

/** What this process may use; null where the system does not say. */
export interface ClientLimits {
  /** File descriptors, and how many of them are in use already. */
  descriptors: { most: number; open: number } | null;
  /** Local ports for connections to one address and port. */
  ports: number | null;
  processors: number;
}

/**
 * Asks the system what this process may use. Linux says it in /proc (proc(5)); elsewhere nothing is known
 * before. Node.js has raised its soft limits to the hard ones when it started.
 */
export async function readClientLimits(): Promise<ClientLimits> {
  const [limits, open, range] = await Promise.all([
    textIn('/proc/self/limits'),
    readdir('/proc/self/fd').catch(() => null),
    textIn('/proc/sys/net/ipv4/ip_local_port_range'),
  ]);
  const [, most] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  const [, low, high] = /^\s*(\d+)\s+(\d+)/.exec(range) ?? [];
  return {
    descriptors:
      most === undefined || open === null ? null : { most: Number(most), open: open.length },
    ports: low === undefined || high === undefined ? null : Number(high) - Number(low) + 1,
    processors: availableParallelism(),
  };
}

function textIn(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** What a command cost, start-up included. */
export interface Cost {
  stdout: string;
  wallSeconds: number;
  /** User and system time of the process with all its threads. */
  cpuSeconds: number;
  peakMemoryBytes: number;
}

/** Node.js does not say what a child cost; wait4 does. Its findings are the last line. */
const WAIT4 = `
import json, os, subprocess, sys, time
started = time.monotonic()
child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
wall = time.monotonic() - started
print(json.dumps([os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
`;
const BYTES_PER_KIB = 1024;
/**
 * Certificates that a machine is set up to trust as well: Node.js reads them whenever it starts, which
 * takes it two to three times as long, and no server here has its certificate from there.
 */
const NOT_PASSED_ON = 'NODE_EXTRA_CA_CERTS';

/**
 * Runs a command to its end.
 *
 * @param timeoutMs After this long it is killed.
 * @throws Error when it fails, or when there is no python3 to measure it.
 */
export async function measureProcess(
  command: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<Cost> {
  const child = spawn('python3', ['-c', WAIT4, command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    env: { ...process.env, [NOT_PASSED_ON]: undefined },
  });
  const failure = new Promise<never>((_, reject) => {
    child.once('error', (error) => {
      reject(new Error(`python3 is needed to measure processes: ${error.message}`));
    });
  });
  const [output, complaints] = await Promise.race([
    Promise.all([text(child.stdout), text(child.stderr)]),
    failure,
  ]);
  const lines = output.trimEnd().split('\n');
  const [status, wall, cpu, peak] = parseFindings(lines.pop() ?? '');
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} failed (${String(status)}): ${complaints}${output}`,
    );
  }
  return {
    stdout: lines.join('\n'),
    wallSeconds: wall,
    cpuSeconds: cpu,
    peakMemoryBytes: peak * BYTES_PER_KIB,
  };
}

function parseFindings(line: string): [status: number, wall: number, cpu: number, peak: number] {
  try {
    return JSON.parse(line) as [number, number, number, number];
  } catch {
    return [NaN, 0, 0, 0];
  }
}

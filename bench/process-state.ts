import { readdirSync, readFileSync } from 'node:fs';

/** What a process has and has used so far. */
export interface ProcessState {
  memoryBytes: number;
  descriptors: number;
  /** User and system time of all its threads. */
  cpuMicros: number;
}

const PAGE_BYTES = 4096;
/** What the kernel counts processor time in (USER_HZ), whatever it is inside. */
const MICROS_PER_TICK = 10_000;

/**
 * Looks at a process, by Linux's /proc (proc_pid_stat(5)).
 *
 * @throws Error when there is no such process, or no /proc.
 */
export function processState(pid: number): ProcessState {
  const [, resident = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Its name stands in brackets, and may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    memoryBytes: Number(resident) * PAGE_BYTES,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    cpuMicros: (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK,
  };
}

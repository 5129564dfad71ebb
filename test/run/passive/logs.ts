import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunRecord } from '../../../src/record/run-record.js';
import { verify } from '../../../src/run/verify.js';
import type { SettingsInput } from '../../../src/scenario/schema.js';

/** A folder in which a log is written. */
export interface LogFolder {
  folder: string;
  log: string;
  /** Writes lines at the end of the log, or of another file. */
  append(lines: readonly string[], file?: string): void;
  close(): void;
}

/** Makes an empty log in a folder of its own. */
export function logFolder(): LogFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-log-'));
  const log = path.join(folder, 'access.log');
  writeFileSync(log, '');
  return {
    folder,
    log,
    append: (lines, file = log) => {
      appendFileSync(file, lines.map((line) => `${line}\n`).join(''));
    },
    close: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** Lines of requests for a path, every other one for v2. */
export function linesOf(
  count: number,
  said: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  return Array.from({ length: count }, (_, number) =>
    JSON.stringify({
      ...{ start_time: '2026-01-31T12:00:00.000Z', method: 'GET', path: '/cart' },
      ...{ authority: 'shop', response_code: 200, duration: 5 },
      ...{ upstream_cluster: number % 2 === 0 ? 'v1' : 'v2', ...said },
    }),
  );
}

/** A request of another route. */
export const OTHERS = { path: '/pay' };

/** A log that is being followed. */
export interface Following {
  record: Promise<RunRecord>;
  /** Waits until all that was written so far has been read; writes lines of another route until then. */
  read: () => Promise<void>;
}

/** Loaded machines take their time. */
const PATIENCE_MS = 50_000;
const LOOK_MS = 50;

/**
 * Follows a log, and waits until it is followed: what is written after that is read.
 *
 * @param settings What is judged, and for how long at most.
 */
export async function following(log: string, settings: SettingsInput): Promise<Following> {
  let told = 0;
  const record = verify(
    { passive: true, for: '50s', identity: `access-log:${log}`, ...settings },
    {
      onProgress: ({ phase }) => {
        if (phase === 'reading-log') told += 1;
      },
    },
  );
  const read = async (): Promise<void> => {
    // What is told next may be of a look that came before the last line was written.
    const enough = told + 2;
    for (let waitedMs = 0; told < enough; waitedMs += LOOK_MS) {
      if (waitedMs > PATIENCE_MS) throw new Error(`${log} is not read`);
      appendFileSync(log, `${linesOf(1, OTHERS).join('')}\n`);
      await wait(LOOK_MS);
    }
  };
  await read();
  return { record, read };
}

/** Waits until a process has a file open. */
export async function opened(pid: number, file: string): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  const isOpen = (): boolean =>
    readdirSync(folder).some((name) => {
      try {
        return readlinkSync(path.join(folder, name)) === file;
      } catch {
        return false;
      }
    });
  for (let waitedMs = 0; !isOpen(); waitedMs += LOOK_MS) {
    if (waitedMs > PATIENCE_MS) throw new Error(`${file} was not opened`);
    await wait(LOOK_MS);
  }
}

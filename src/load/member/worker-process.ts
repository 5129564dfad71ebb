import { writeSync } from 'node:fs';
import type { MemberTask } from './member.js';
import { SENT_COUNTS_FD, type ToProcess } from './process-messages.js';
import type { SentCounts } from './sent-counts.js';
import { serveMember } from './serve-member.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

// The entry of a worker that is a process.

// A terminal tells all its processes; what is to be done about it is for the one that started this.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Whoever started this is gone.
process.once('disconnect', () => process.exit());
process.once('uncaughtException', die);
process.on('message', (message: ToProcess) => {
  if (message.kind === 'task') work(message.task).catch(die);
});

async function work(task: MemberTask): Promise<void> {
  let cpuBefore = process.cpuUsage();
  const sent = written(task.sent);
  const counted = await serveMember(
    { ...task, sent },
    {
      tell,
      listen: (take) => {
        process.on('message', (message: ToWorker) => {
          if (message.kind === 'start') cpuBefore = process.cpuUsage();
          take(message);
        });
      },
    },
  );
  const { user, system } = process.cpuUsage(cpuBefore);
  tell({ kind: 'done', counted: { ...counted, cpuMicros: user + system } });
}

function tell(message: FromWorker): void {
  process.send?.(message);
}

function die(fault: unknown): void {
  const why = fault instanceof Error ? fault.message : String(fault);
  process.send?.({ kind: 'fault', why } satisfies FromWorker, () => process.exit(1));
}

/** The same counts, each written to the file that outlives this process whenever it changes. */
function written({ warmUp, sample }: SentCounts): SentCounts {
  return { warmUp: writtenAt(warmUp, 0), sample: writtenAt(sample, warmUp.byteLength) };
}

function writtenAt(counts: Float64Array, start: number): Float64Array {
  const { BYTES_PER_ELEMENT: size } = Float64Array;
  return new Proxy(counts, {
    set(target, place, value: number) {
      const at = Number(place);
      target[at] = value;
      writeSync(SENT_COUNTS_FD, target, at * size, size, start + at * size);
      return true;
    },
  });
}

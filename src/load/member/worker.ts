import { parentPort, workerData } from 'node:worker_threads';
import type { MemberTask } from './member.js';
import { serveMember } from './serve-member.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

// The entry of a worker thread.
const port = parentPort!;
const tell = (message: FromWorker): void => {
  port.postMessage(message);
};
const counted = await serveMember(workerData as MemberTask, {
  tell,
  listen: (take) => {
    port.on('message', (message: ToWorker) => {
      take(message);
    });
  },
});
tell({ kind: 'done', counted });
port.close();

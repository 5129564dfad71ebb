import { parentPort, workerData } from 'node:worker_threads';
import { PROGRESS_INTERVAL_MS } from '../progress.js';
import { openTransport } from '../transport/open-transport.js';
import { LocalMember } from './local-member.js';
import type { MemberTask } from './member.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

// The entry of a worker thread: the member of this thread, told what to do by messages.
const port = parentPort!;
const tell = (message: FromWorker): void => {
  port.postMessage(message);
};

const member = new LocalMember(workerData as MemberTask, openTransport);
port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'start':
      member.start(message.times);
      break;
    case 'snapshot':
      void member.snapshot(message.beforeEpochMs).then((counted) => {
        tell({ kind: 'snapshot', counted });
      });
      break;
    case 'stop':
      member.stop(message.how);
      break;
  }
});
void member.harm.then((harm) => {
  tell({ kind: 'harm', harm });
});
const alive = setInterval(() => {
  tell({ kind: 'alive', progress: member.progress() });
}, PROGRESS_INTERVAL_MS);
await member.warm();
tell({ kind: 'warm' });
const counted = await member.done;
clearInterval(alive);
tell({ kind: 'done', counted });
port.close();

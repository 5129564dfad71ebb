import { parentPort, workerData } from 'node:worker_threads';
import { PROGRESS_INTERVAL_MS, progressOf } from '../progress.js';
import { runShare } from './run-share.js';
import type { FromWorker, ToWorker, WorkerTask } from './worker-messages.js';

// The entry of a worker thread: carries one share of a load.
const port = parentPort!;
const { job, share, sent } = workerData as WorkerTask;
const stop = new AbortController();
const started = new Promise<number>((resolve) => {
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'start') resolve(message.atMs);
    else stop.abort();
  });
});
const tell = (message: FromWorker): void => {
  port.postMessage(message);
};

let progress = setInterval(() => {
  tell({ kind: 'alive' });
}, PROGRESS_INTERVAL_MS);
const { calls, ...result } = await runShare(job, share, {
  signal: stop.signal,
  sent,
  start: () => {
    tell({ kind: 'warm' });
    return started;
  },
  onSample: (filling) => {
    clearInterval(progress);
    progress = setInterval(() => {
      tell({ kind: 'progress', ...progressOf(filling) });
    }, PROGRESS_INTERVAL_MS);
  },
});
clearInterval(progress);
tell({
  kind: 'done',
  result: {
    ...result,
    calls: calls.map(({ tally, destinations }) => ({ tally: tally.toData(), destinations })),
  },
});
port.close();

import type { Counted } from '../../count/counted.js';
import { PROGRESS_INTERVAL_MS } from '../progress.js';
import { openTransport } from '../transport/open-transport.js';
import { LocalMember } from './local-member.js';
import type { MemberTask } from './member.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** The way to those who started a worker. */
export interface MemberPort {
  tell(message: FromWorker): void;
  /** @param take Called with all that comes from now on. */
  listen(take: (message: ToWorker) => void): void;
}

/**
 * Does a member's work where it was started for that, told what to do by messages.
 *
 * @returns What the sample came to; rejects only for a fault of this program.
 */
export async function serveMember(task: MemberTask, port: MemberPort): Promise<Counted> {
  const member = new LocalMember(task, openTransport);
  port.listen((message) => {
    switch (message.kind) {
      case 'start':
        member.start(message.times);
        break;
      case 'snapshot':
        void member.snapshot(message.beforeEpochMs).then((counted) => {
          port.tell({ kind: 'snapshot', counted });
        });
        break;
      case 'stop':
        member.stop(message.how);
        break;
    }
  });
  void member.harm.then((harm) => {
    port.tell({ kind: 'harm', harm });
  });
  void member.hopeless.then(() => {
    port.tell({ kind: 'hopeless' });
  });
  const alive = setInterval(() => {
    port.tell({ kind: 'alive', progress: member.progress() });
  }, PROGRESS_INTERVAL_MS);
  await member.warm();
  port.tell({ kind: 'warm' });
  const counted = await member.done;
  clearInterval(alive);
  return counted;
}

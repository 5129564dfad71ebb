import type { Counted } from '../../src/count/counted.js';
import type { RunningLoad } from '../../src/load/coordinator.js';

/** Takes one snapshot after the other until a load is over. */
export async function snapshotsUntilEnd(running: RunningLoad): Promise<Counted[]> {
  const snapshots: Counted[] = [];
  let isOver = false;
  void running.done.then(() => (isOver = true));
  while (!isOver) {
    const snapshot = await running.snapshot();
    if (snapshot !== null) snapshots.push(snapshot);
  }
  return snapshots;
}

import type { Progress } from '../load/progress.js';
import type { OpenTransport } from '../load/transport/transport.js';

/** How the outside watches and stops a run. All of it may be left out. */
export interface RunOptions {
  /** Ends the load; what was measured is still concluded from. */
  signal?: AbortSignal;
  /**
   * Called a few times a second while the sample is taken.
   *
   * @param destinations Names for `progress.observed`.
   */
  onProgress?: (progress: Progress, destinations: readonly string[]) => void;
  /** Told, before anything is sent, what a person should know: a choice that was made. */
  onNote?: (note: string) => void;
  /** Takes the place of sockets, on one thread: for tests. */
  openTransport?: OpenTransport;
}

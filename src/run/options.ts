import type { OpenTransport } from '../load/transport/transport.js';
import type { Progress } from './progress.js';

/** How the outside watches and stops a run. All of it may be left out. */
export interface RunOptions {
  /** Ends the load; what was measured is still concluded from. */
  signal?: AbortSignal;
  /** Told what the run is doing: see {@link Progress}. */
  onProgress?: (progress: Progress) => void;
  /** Told, before anything is sent, what a person should know: a choice that was made. */
  onNote?: (note: string) => void;
  /**
   * Takes the place of sockets, on one thread: for tests.
   *
   * @internal
   */
  openTransport?: OpenTransport;
}

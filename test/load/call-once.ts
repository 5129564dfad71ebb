import assert from 'node:assert/strict';
import type { CallEnd } from '../../src/load/transport/caller.js';
import { type EngineSettings, loadEngine } from '../../src/load/transport/engine.js';
import type { LoadJob } from '../../src/load/load-job.js';

/** What a call came to, as far as clients must agree. */
export interface Seen {
  kind: string;
  status: string;
  cause: string;
  message: string;
  headers: (string | undefined)[];
  trailers: (string | undefined)[];
}

/** Makes one call on a connection of its own. */
export async function callOnce(name: EngineSettings['name'], job: LoadJob): Promise<Seen> {
  const { signal } = new AbortController();
  const engine = await loadEngine(
    { ...job.engine, name },
    job.calls.map(({ prepared }) => prepared),
    { callsPerConnection: 1, outagePatienceMs: 0 },
    signal,
  );
  let resolve: (seen: Seen) => void;
  const ended = new Promise<Seen>((done) => (resolve = done));
  const caller = await engine.dial(job.endpoints[0]!, {
    onEnd: (_slot, end: CallEnd) => {
      resolve({
        kind: end.kind,
        status: end.status,
        cause: end.cause,
        message: Buffer.from(end.buffer.subarray(end.messageStart, end.messageEnd)).toString(),
        headers: ['x-pod-name', 'server', 'content-type'].map((header) => end.header(header)),
        trailers: ['x-case-seen'].map((trailer) => end.trailer(trailer)),
      });
    },
    onRoom: () => undefined,
  });
  assert.equal(caller.call(0, 0), 'started');
  const seen = await ended;
  await caller.close();
  return seen;
}

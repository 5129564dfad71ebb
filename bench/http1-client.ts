// Loads a server over HTTP/1.1 with this engine, a connection for each request in flight, and counts
// who answers.
// usage: node http1-client.js '{"address":"127.0.0.1:80","path":"/","requests":1000,…}'
// Prints the rate and the counts as JSON; fails unless every request was answered and named.
import { readFileSync } from 'node:fs';
import { parseIdentity } from '../src/call/identity.js';
import { runLoad } from '../src/load/coordinator.js';
import { httpOrder } from '../test/load/http-order.js';

/** What the process is told as JSON in its one argument. */
export interface Http1ClientOptions {
  /** `host:port` */
  address: string;
  path: string;
  requests: number;
  connections: number;
  /** PEM file of the authority to trust; null for plaintext. */
  caFile: string | null;
  /** As of `--identity`. */
  identity: string;
}

const options = JSON.parse(process.argv[2] ?? '') as Http1ClientOptions;
const { address, path, requests, connections, caFile } = options;
const order = httpOrder(
  address,
  { requests, connections, concurrency: connections },
  {
    path,
    identity: await parseIdentity(options.identity),
    ...(caFile === null ? {} : { tls: { ca: readFileSync(caFile) } }),
  },
);
const { calls, span } = await runLoad(order, {
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
const { ends, failures, pods } = calls[0]!;
const observed = Object.fromEntries([...pods].map(([name, pod]) => [name, pod.observed]));
const named = Object.values(observed).reduce((sum, count) => sum + count, 0);
if (ends.ok !== requests || named !== requests) {
  throw new Error(JSON.stringify({ requests, ends, observed, failures }));
}
const seconds = (span!.endMs - span!.startMs) / 1000;
process.stdout.write(`${JSON.stringify({ requestsPerSecond: requests / seconds, observed })}\n`);

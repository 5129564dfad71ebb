import path from 'node:path';
import { answers, type BenchClient, numberIn } from './clients.js';

/** Asked for of every server; the canned one does not look. */
const PATH = '/reviews/0';

/**
 * This engine, and h2load. With one request in flight on each connection: HTTP/1.1 has no more.
 *
 * @param identity Where the answers say who gave them; h2load does not look at them.
 */
export function http1Clients(identity: string): BenchClient[] {
  return [
    {
      name: 'splitproof',
      requestsShare: 1,
      isInstalled: () => true,
      command: ({ address, requests, connections, caFile }) => [
        process.execPath,
        path.join(import.meta.dirname, 'http1-client.js'),
        JSON.stringify({ address, path: PATH, requests, connections, caFile, identity }),
      ],
      rate: (stdout) => (JSON.parse(stdout) as { requestsPerSecond: number }).requestsPerSecond,
    },
    {
      name: 'h2load',
      requestsShare: 1,
      isInstalled: () => answers('h2load', '--version'),
      command: ({ address, requests, connections, caFile }) => [
        'h2load',
        ...['--h1', '-n', String(requests), '-c', String(connections)],
        `${caFile === null ? 'http' : 'https'}://${address}${PATH}`,
      ],
      rate: (stdout) => numberIn(stdout, /, ([\d.]+) req\/s/),
    },
  ];
}

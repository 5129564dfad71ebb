import path from 'node:path';
import { answers, type BenchClient, numberIn } from './clients.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Asked for of every server; the canned ones do not look. */
const PATH = '/reviews/0';

/** What is read of a record. */
interface LoadRecord {
  calls: [{ latencyMs: { byDestination: Record<string, { count: number }> } }];
  load: { ok: number; requestsPerSecond: number | null };
}

/** This engine with GET. @param identity Where the answers say who gave them. */
export function splitproofHttp(version: '1.1' | '2', identity: string): BenchClient {
  return {
    name: 'splitproof',
    requestsShare: 1,
    isInstalled: () => true,
    command: ({ address, requests, connections, streamsPerConnection, caFile }) => [
      process.execPath,
      path.join(ROOT, 'dist/cli/main.js'),
      'bench',
      ...['--http-version', version, '--requests', String(requests), '--format', 'json'],
      ...['--connections', String(connections)],
      ...['--concurrency', String(connections * streamsPerConnection)],
      ...['--identity', identity],
      ...(caFile === null ? [] : ['--cacert', caFile]),
      urlOf(address, caFile),
    ],
    rate: (stdout) => {
      const { calls, load } = JSON.parse(stdout) as LoadRecord;
      const named = Object.values(calls[0].latencyMs.byDestination);
      const count = named.reduce((sum, destination) => sum + destination.count, 0);
      // A client that takes less for an answer than it should is none to compare with.
      if (count !== load.ok || count === 0) {
        throw new Error(`of ${load.ok} answers ${count} say who gave them: ${stdout}`);
      }
      return load.requestsPerSecond;
    },
  };
}

/** h2load with HTTP/1.1: it looks at nothing but the status. */
export const H2LOAD_HTTP1: BenchClient = {
  name: 'h2load',
  requestsShare: 1,
  isInstalled: () => answers('h2load', '--version'),
  command: ({ address, requests, connections, caFile }) => [
    'h2load',
    ...['--h1', '-n', String(requests), '-c', String(connections)],
    urlOf(address, caFile),
  ],
  rate: (stdout) => numberIn(stdout, /, ([\d.]+) req\/s/),
};

/**
 * Node.js alone, which writes and reads and looks at nothing: no client that runs on it takes less. Only
 * for small answers in plaintext.
 */
export const BARE_LOOP: BenchClient = {
  name: 'bare loop',
  requestsShare: 1,
  isInstalled: () => true,
  command: ({ address, requests, connections }) => [
    process.execPath,
    path.join(ROOT, 'dist/bench/bare-loop.js'),
    address,
    String(requests),
    String(connections),
  ],
  rate: Number,
};

/** A client with more requests: what starting takes weighs less then. @param times How many times as many. */
export function withRequests(client: BenchClient, times: number): BenchClient {
  return { ...client, requestsShare: times };
}

function urlOf(address: string, caFile: string | null): string {
  return `${caFile === null ? 'http' : 'https'}://${address}${PATH}`;
}

import { spawnSync } from 'node:child_process';
import type { CannedServerOptions } from './canned-server.js';
import type { ServerProcess } from './server-process.js';
import { startCannedServer } from './start-canned-server.js';
import { startGoGreeter } from './start-go-greeter.js';

/** A server, and how it is spoken to. */
export interface BenchServer {
  title: string;
  isTls: boolean;
  start: () => Promise<ServerProcess>;
}

const CANNED = 'canned, h2c';
const WEIGHTS = { v1: 60, v2: 40 };

/** The servers of the comparison. @param say Told what is left out. */
export function benchServers(
  tls: { cert: string; key: string },
  say: (text: string) => void,
): BenchServer[] {
  return [
    { title: CANNED, isTls: false, start: canned({ headers: 'minimal' }) },
    { title: 'canned, TLS', isTls: true, start: canned({ headers: 'minimal', tls }) },
    { title: "canned, h2c, Envoy's headers", isTls: false, start: canned({ headers: 'envoy' }) },
    {
      title: "canned, TLS, Envoy's headers",
      isTls: true,
      start: canned({ headers: 'envoy', tls }),
    },
    ...goGreeter(say),
  ];
}

/** Those whose latencies are worth a look. @param say Told what is left out. */
export function openLoopServers(say: (text: string) => void): BenchServer[] {
  return [
    { title: CANNED, isTls: false, start: canned({ headers: 'minimal' }) },
    ...goGreeter(say),
  ];
}

function canned(options: Omit<CannedServerOptions, 'weights'>): () => Promise<ServerProcess> {
  return () => startCannedServer({ weights: WEIGHTS, ...options });
}

function goGreeter(say: (text: string) => void): BenchServer[] {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0) {
    return [{ title: 'Go Greeter, h2c', isTls: false, start: () => startGoGreeter() }];
  }
  say('Go is not installed: its Greeter is left out');
  return [];
}

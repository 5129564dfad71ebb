// Compares load clients against one and the same server outside their process.
// usage: npm run bench -- [--requests N] [--rounds N] [--json]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encodeTextMessage } from '../src/mesh/text-message.js';
import { table } from '../src/report/console/table.js';
import { frameMessage } from '../src/wire/grpc-request.js';
import { certificateAuthority } from '../test/fixtures/certificate.js';
import type { CannedServerOptions } from './canned-server.js';
import { type BenchClient, CLIENTS } from './clients.js';
import { type ClientResult, runRounds } from './rounds.js';
import type { ServerProcess } from './server-process.js';
import { startCannedServer } from './start-canned-server.js';
import { startGoGreeter } from './start-go-greeter.js';

const CONNECTIONS = 4;
const STREAMS_PER_CONNECTION = 32;
const STYLE = { width: 100, colour: false };

/** A server, and what it is good for. */
interface BenchServer {
  title: string;
  isTls: boolean;
  start(): Promise<ServerProcess>;
}

const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-bench-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true });
}

async function main(): Promise<void> {
  const clients = CLIENTS.filter((client) => {
    if (client.isInstalled()) return true;
    say(`${client.name} is not installed: it is left out`);
    return false;
  });
  const caFile = path.join(folder, 'ca.pem');
  const bodyFile = path.join(folder, 'body');
  const authority = certificateAuthority();
  writeFileSync(caFile, authority.cert);
  writeFileSync(bodyFile, frameMessage(encodeTextMessage('Jack')));
  const tls = authority.issue({ hosts: ['localhost', '127.0.0.1'] });
  const results: { server: string; clients: ClientResult[] }[] = [];
  for (const { title, isTls, ...kind } of servers(tls)) {
    const server = await kind.start();
    try {
      const load = {
        address: server.address,
        requests: Number(flags.requests),
        connections: CONNECTIONS,
        streamsPerConnection: STREAMS_PER_CONNECTION,
        caFile: isTls ? caFile : null,
        bodyFile,
      };
      const measured = await runRounds(clients, load, Number(flags.rounds), (client, round) => {
        say(`${title}: ${client}, round ${round + 1} of ${flags.rounds}`);
      });
      results.push({ server: title, clients: measured });
      if (!flags.json) process.stdout.write(`${render(title, measured, clients)}\n\n`);
    } finally {
      await server.stop();
    }
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(summary(results), null, 2)}\n`);
}

function servers(tls: { cert: string; key: string }): BenchServer[] {
  const weights = { v1: 60, v2: 40 };
  const canned = (options: Omit<CannedServerOptions, 'weights'>) => () =>
    startCannedServer({ weights, ...options });
  return [
    { title: 'canned, h2c', isTls: false, start: canned({ headers: 'minimal' }) },
    { title: 'canned, TLS', isTls: true, start: canned({ headers: 'minimal', tls }) },
    { title: "canned, h2c, Envoy's headers", isTls: false, start: canned({ headers: 'envoy' }) },
    {
      title: "canned, TLS, Envoy's headers",
      isTls: true,
      start: canned({ headers: 'envoy', tls }),
    },
    ...(hasGo() ? [{ title: 'Go Greeter, h2c', isTls: false, start: () => startGoGreeter() }] : []),
  ];
}

function hasGo(): boolean {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0) return true;
  say('Go is not installed: its Greeter is left out');
  return false;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function summary(results: readonly { server: string; clients: ClientResult[] }[]) {
  return {
    node: process.version,
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    rounds: Number(flags.rounds),
    connections: CONNECTIONS,
    streamsPerConnection: STREAMS_PER_CONNECTION,
    results,
  };
}

function render(
  title: string,
  results: readonly ClientResult[],
  clients: readonly BenchClient[],
): string {
  const number = (value: number | null, digits: number): string =>
    value === null
      ? '-'
      : value.toLocaleString('en-US', {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        });
  const rows = results.map((result) => [
    result.client,
    number(result.requests, 0),
    number(result.requestsPerSecond, 0),
    number(result.cpuMicrosPerRequest, 2),
    number(result.peakMemoryMiB, 0),
    number(result.rateRatio, 2),
    number(result.cpuRatio, 2),
  ]);
  const reference = clients[0]?.name ?? '';
  const titles = ['requests', 'per second', 'CPU µs each', 'MiB', 'rate ×', 'CPU ×'];
  const columns = [
    { title: 'client', align: 'left' as const },
    ...titles.map((each) => ({ title: each, align: 'right' as const })),
  ];
  return `${title} (× ${reference}, medians)\n${table(columns, rows, STYLE)}`;
}

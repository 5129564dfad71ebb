// Compares load clients against one and the same server outside their process.
// usage: npm run bench -- --help
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { encodeTextMessage } from '../src/mesh/text-message.js';
import { frameMessage } from '../src/wire/grpc/request.js';
import { certificateAuthority } from '../src/mesh/certificates.js';
import type { BenchClient, BenchLoad } from './clients.js';
import { BenchFlagError, type BenchFlags, HELP, readFlags } from './flags.js';
import { grpcRows, http2Rows, openLoopRows, streamRows, webRows } from './grpc-rows.js';
import { http1Rows } from './http1-rows.js';
import { OPEN_LOOP_CLIENTS, runOpenLoop } from './open-loop.js';
import { runRounds } from './rounds.js';
import { openLoopTable, roundsTable } from './tables.js';

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help) process.stdout.write(HELP);
  else await bench(flags);
} catch (error) {
  // A wrong flag, or a part of the machine that is missing: nobody needs the stack for it.
  say(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof BenchFlagError ? 2 : 1;
}

async function bench({ requests, rounds, json, isOpenLoop, only }: BenchFlags): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-bench-'));
  const results: { server: string; clients: unknown }[] = [];
  try {
    const bodyFile = path.join(folder, 'body');
    const caFile = path.join(folder, 'ca.pem');
    const authority = await certificateAuthority();
    writeFileSync(bodyFile, frameMessage(encodeTextMessage('Jack')));
    writeFileSync(caFile, authority.cert);
    const tls = await authority.issue({ hosts: ['localhost', '127.0.0.1'] });
    const all = isOpenLoop
      ? openLoopRows(say)
      : [
          ...grpcRows(tls, say),
          ...streamRows(say),
          ...http2Rows(),
          ...webRows(),
          ...http1Rows(tls),
        ];
    const rows = all.filter(({ title }) => title.toLowerCase().includes(only));
    if (rows.length === 0) {
      const titles = all.map(({ title }) => title).join('; ');
      throw new BenchFlagError(`--only ${only}: no row has it in its title (${titles})`);
    }
    sayWhatIsMissing(rows.flatMap(({ clients }) => clients));
    const openLoopClients = installed(OPEN_LOOP_CLIENTS);
    for (const { title, isTls, clients, targets, start, ...connections } of rows) {
      const server = await start();
      try {
        const load: BenchLoad = {
          address: server.address,
          requests,
          ...connections,
          caFile: isTls ? caFile : null,
          bodyFile,
        };
        const onMeasured = (client: string, round: number): void => {
          say(`${title}: ${client}, round ${round + 1} of ${rounds}`);
        };
        let text: string;
        if (isOpenLoop) {
          const seen = await runOpenLoop(openLoopClients, load, rounds, folder, onMeasured);
          results.push({ server: title, clients: seen });
          text = openLoopTable(title, seen, rounds);
        } else {
          const measured = await runRounds(installed(clients), load, rounds, onMeasured);
          const aims = targets === null ? {} : { targets };
          results.push({ server: title, ...connections, ...aims, clients: measured });
          text = roundsTable(title, measured, rounds, { targets, ...connections });
        }
        if (!json) process.stdout.write(`${text}\n\n`);
      } finally {
        await server.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (!json) return;
  const machine = { node: process.version, processor: cpus()[0]?.model ?? 'unknown' };
  const summary = { ...machine, processors: cpus().length, rounds, results };
  process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
}

function sayWhatIsMissing(clients: readonly BenchClient[]): void {
  for (const { name, howToGet = '', isInstalled } of new Set(clients)) {
    if (!isInstalled()) say(`${name} is not installed, and left out: ${howToGet}`);
  }
}

function installed<Client extends { name: string; isInstalled: () => boolean }>(
  clients: readonly Client[],
): Client[] {
  return clients.filter((client) => client.isInstalled());
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

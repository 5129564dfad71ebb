import { startHttpEnvoy } from '../test/fixtures/http-gateways.js';
import type { BenchClient } from './clients.js';
import type { Http1AnswerKind } from './http1-answers.js';
import { BARE_LOOP, H2LOAD_HTTP1, splitproofHttp, withRequests } from './http-clients.js';
import type { BenchRow, LoadedServer, Targets } from './rows.js';
import { buildCannedHttp1, startCannedHttp1 } from './start-canned-http1.js';

const CONNECTIONS = 64;
/** Of the requests per second, in every row. */
const LEAST_RATE = 0.95;
/** So many times as many requests show what each costs once Node.js has started and compiled. */
const LONGER = 5;
/** A field of JSON, and what stands somewhere in a page. */
const IN_JSON = 'json:podname';
const IN_PAGE = String.raw`text:reviews-v\d-[a-z0-9]+-[a-z0-9]+`;

/** The comparison with h2load over HTTP/1.1. */
export function http1Rows(tls: { cert: string; key: string }): BenchRow[] {
  const small = aiming(1.05);
  const varied = aiming(1.15);
  return [
    withClients(canned('content-length', small), (clients) => [...clients, BARE_LOOP]),
    {
      ...withClients(canned('content-length', small), (clients) =>
        clients.map((client) => withRequests(client, LONGER)),
      ),
      title: `HTTP/1.1, content-length, ${LONGER} times the requests`,
    },
    canned('chunked', small),
    canned('HTML, 2 KB', small),
    canned('HTML, 50 KB', aiming(0.9)),
    canned('no header recurs', varied),
    canned('content-length', small, tls),
    canned('HTML, 50 KB', aiming(1.3), tls),
    row('through Envoy', IN_JSON, varied, false, throughEnvoy),
  ];
}

function withClients(
  bench: BenchRow,
  change: (clients: readonly BenchClient[]) => BenchClient[],
): BenchRow {
  return { ...bench, clients: change(bench.clients) };
}

function aiming(mostCpu: number): Targets {
  return { client: H2LOAD_HTTP1.name, mostCpu, leastRate: LEAST_RATE };
}

function canned(
  kind: Http1AnswerKind,
  targets: Targets,
  tls: { cert: string; key: string } | null = null,
): BenchRow {
  const identity = kind.startsWith('HTML') ? IN_PAGE : IN_JSON;
  const title = tls === null ? kind : `${kind}, TLS`;
  return row(title, identity, targets, tls !== null, () => {
    buildCannedHttp1();
    return startCannedHttp1(kind, tls);
  });
}

function row(
  title: string,
  identity: string,
  targets: Targets,
  isTls: boolean,
  start: () => Promise<LoadedServer>,
): BenchRow {
  return {
    title: `HTTP/1.1, ${title}`,
    isTls,
    connections: CONNECTIONS,
    // It has one request in flight on each.
    streamsPerConnection: 1,
    messagesPerRequest: 1,
    clients: [splitproofHttp('1.1', identity), H2LOAD_HTTP1],
    targets,
    start: async () => {
      if (H2LOAD_HTTP1.isInstalled()) return start();
      throw new Error('h2load is what HTTP/1.1 is compared with: apt-get install nghttp2-client');
    },
  };
}

async function throughEnvoy(): Promise<LoadedServer> {
  buildCannedHttp1();
  const origin = await startCannedHttp1('content-length', null);
  const envoy = await startHttpEnvoy(origin.address).catch(async (error: unknown) => {
    await origin.stop();
    throw error;
  });
  return {
    address: envoy.address,
    async stop() {
      await envoy.stop();
      await origin.stop();
    },
  };
}

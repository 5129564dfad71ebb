import { spawnSync } from 'node:child_process';
import type { CannedServerOptions } from './canned-server.js';
import { type BenchClient, CLIENTS, SPLITPROOF, splitproofWeb, STREAM_CLIENTS } from './clients.js';
import { splitproofHttp } from './http-clients.js';
import type { BenchRow, LoadedServer } from './rows.js';
import { buildCannedHttp1, startCannedHttp1 } from './start-canned-http1.js';
import { startCannedServer } from './start-canned-server.js';
import { startGoGreeter } from './start-go-greeter.js';
import type { WebForm } from './web-body.js';

const CONNECTIONS = 4;
const STREAMS_PER_CONNECTION = 32;
/** Of each stream: enough for its begin and end not to matter. */
const MESSAGES_PER_STREAM = 100;
const WEIGHTS = { v1: 60, v2: 40 };

/** The comparison of gRPC clients. @param say Told what is left out. */
export function grpcRows(
  tls: { cert: string; key: string },
  say: (text: string) => void,
): BenchRow[] {
  return [
    canned('canned, h2c', { headers: 'minimal' }),
    canned('canned, TLS', { headers: 'minimal', tls }),
    canned("canned, h2c, Envoy's headers", { headers: 'envoy' }),
    canned("canned, TLS, Envoy's headers", { headers: 'envoy', tls }),
    ...goGreeter(say),
  ];
}

/** What a message of a server's stream costs; requests are counted by messages. @param say Told what is left out. */
export function streamRows(say: (text: string) => void): BenchRow[] {
  return goGreeter(say).map((own) => ({
    ...own,
    title: 'gRPC, server streaming, Go Greeter, h2c',
    clients: STREAM_CLIENTS,
    messagesPerRequest: MESSAGES_PER_STREAM,
    targets: { client: 'ghz', mostCpu: 0.8, leastRate: 1 },
  }));
}

/** What a GET over HTTP/2 costs beside a gRPC call. */
export function http2Rows(): BenchRow[] {
  const call = { ...SPLITPROOF, name: 'gRPC call' };
  return [
    {
      ...canned('canned, h2c', { headers: 'minimal' }),
      title: 'HTTP/2, GET beside a gRPC call',
      clients: [{ ...splitproofHttp('2', 'json:podname'), name: 'GET' }, call],
      targets: { client: call.name, mostCpu: 1.05, leastRate: 0.95 },
    },
  ];
}

/** What a call of gRPC-Web costs beside one of gRPC: each has a server of its own that answers it. */
export function webRows(): BenchRow[] {
  return [
    webRow('grpc-web', '2'),
    webRow('grpc-web-text', '2'),
    webRow('grpc-web', '1.1'),
    webRow('grpc-web-text', '1.1'),
  ];
}

function webRow(form: WebForm, httpVersion: '1.1' | '2'): BenchRow {
  const call = { ...SPLITPROOF, name: 'gRPC call' };
  const client = splitproofWeb(form, httpVersion);
  const isText = form === 'grpc-web-text';
  let webAddress = '';
  const web: BenchClient = {
    ...client,
    name: isText ? 'gRPC-Web, text' : 'gRPC-Web',
    command: ({ connections, streamsPerConnection, ...load }) =>
      client.command({
        ...load,
        address: webAddress,
        // A connection of HTTP/1.1 has one request in flight.
        connections: httpVersion === '2' ? connections : connections * streamsPerConnection,
        streamsPerConnection: httpVersion === '2' ? streamsPerConnection : 1,
      }),
  };
  const start = async (): Promise<LoadedServer> => {
    const ofWeb = await startWeb(form, httpVersion);
    webAddress = ofWeb.address;
    const ofGrpc = await startCannedServer({ weights: WEIGHTS, headers: 'minimal' });
    return {
      address: ofGrpc.address,
      async stop() {
        await ofWeb.stop();
        await ofGrpc.stop();
      },
    };
  };
  return {
    ...row('canned, h2c', false, start),
    title: `gRPC-Web${isText ? ' in text' : ''} beside a gRPC call, over HTTP/${httpVersion}`,
    clients: [web, call],
    targets: { client: call.name, mostCpu: 1.3, leastRate: 0.75 },
  };
}

function startWeb(form: WebForm, httpVersion: '1.1' | '2'): Promise<LoadedServer> {
  if (httpVersion === '2') {
    return startCannedServer({ weights: WEIGHTS, headers: 'minimal', web: form });
  }
  buildCannedHttp1();
  return startCannedHttp1(form, null);
}

/** Those whose latencies are worth a look. @param say Told what is left out. */
export function openLoopRows(say: (text: string) => void): BenchRow[] {
  return [canned('canned, h2c', { headers: 'minimal' }), ...goGreeter(say)];
}

function canned(title: string, options: Omit<CannedServerOptions, 'weights'>): BenchRow {
  const isTls = options.tls !== undefined;
  return row(title, isTls, () => startCannedServer({ weights: WEIGHTS, ...options }));
}

function goGreeter(say: (text: string) => void): BenchRow[] {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0) {
    return [row('Go Greeter, h2c', false, () => startGoGreeter())];
  }
  say('Go is not installed: its Greeter is left out');
  return [];
}

function row(title: string, isTls: boolean, start: () => Promise<LoadedServer>): BenchRow {
  return {
    title: `gRPC, ${title}`,
    isTls,
    connections: CONNECTIONS,
    streamsPerConnection: STREAMS_PER_CONNECTION,
    messagesPerRequest: 1,
    clients: CLIENTS,
    targets: null,
    start,
  };
}

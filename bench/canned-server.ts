// A server process for measuring clients: the Greeter's replies without the Greeter, and JSON to GET.
// usage: node canned-server.js '{"weights":{"v1":60,"v2":40},"headers":"envoy","tls":{…}}'
// Prints its address on standard output and ends when standard input does.
import { createServer, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { podNames } from '../src/mesh/pod-names.js';
import { encodeTextMessage } from '../src/mesh/text-message.js';
import { CannedConnection } from './canned-connection.js';
import type { CannedReplies, Fields } from './canned-response.js';
import { webBody, type WebForm } from './web-body.js';

/** What the process is told as JSON in its one argument. */
export interface CannedServerOptions {
  /** Share of the replies of each version. */
  weights: Record<string, number>;
  /**
   * `minimal`: `content-type` alone. `envoy`: also `x-envoy-upstream-service-time`, which differs
   * from reply to reply, `date` and `server`, as Envoy adds them.
   */
  headers: 'minimal' | 'envoy';
  /** Answers calls of gRPC-Web, in bytes or in text, instead of gRPC's. */
  web?: WebForm;
  /** PEM; plaintext when absent. */
  tls?: { cert: string; key: string };
  /** 1000 unless told. */
  maxConcurrentStreams?: number;
}

const SLOWEST_MS = 6;

const options = JSON.parse(process.argv[2] ?? '') as CannedServerOptions;
const replies = repliesOf(options);
const onConnection = (socket: Duplex): void => {
  new CannedConnection(socket, replies);
};
const server = options.tls
  ? createTlsServer({ ...options.tls, ALPNProtocols: ['h2'] }, onConnection)
  : createServer({ noDelay: true }, onConnection);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();

function repliesOf({
  weights,
  headers,
  web,
  maxConcurrentStreams = 1000,
}: CannedServerOptions): CannedReplies {
  const versions = Object.keys(weights);
  const cumulative: number[] = [];
  let sum = 0;
  for (const version of versions) cumulative.push((sum += weights[version] ?? 0));
  const pods = versions.map((version) => podNames('greeter', version)[0] ?? '');
  const messages = pods.map((pod) =>
    Buffer.from(encodeTextMessage(`Hello, Jack! I'm from ${pod}!`)),
  );
  return {
    web: web ?? null,
    contents: {
      grpc: web === undefined ? messages : messages.map((message) => webBody(message, web)),
      plain: pods.map((pod) => Buffer.from(JSON.stringify({ id: '0', podname: pod }))),
    },
    pick() {
      const point = Math.random() * sum;
      return cumulative.findIndex((upTo) => point < upTo);
    },
    headers: headers === 'envoy' ? envoyHeaders() : () => NO_FIELDS,
    maxConcurrentStreams,
  };
}

const NO_FIELDS: Fields = [];

/** One array of fields for each service time, all renewed when the second changes. */
function envoyHeaders(): () => Fields {
  let byTime: Fields[] = [];
  const renew = (): void => {
    const date = new Date().toUTCString();
    byTime = Array.from({ length: SLOWEST_MS }, (_, ms) => [
      ['x-envoy-upstream-service-time', String(ms)],
      ['date', date],
      ['server', 'envoy'],
    ]);
  };
  renew();
  setInterval(renew, 1000);
  return () => byTime[Math.floor(Math.random() * SLOWEST_MS)] ?? NO_FIELDS;
}

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { WebForm } from './web-body.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CALL = 'helloworld.Greeter/SayHello';
const STREAM = 'helloworld.Greeter/SayHelloStreamReply';
const DATA = '{"name":"Jack"}';

/** One and the same load for every client. */
export interface BenchLoad {
  /** `host:port` */
  address: string;
  requests: number;
  connections: number;
  streamsPerConnection: number;
  /** How many messages the server streams in answer to each; 1: the call is unary. */
  messagesPerRequest: number;
  /** PEM file of the authority to trust; null for plaintext. */
  caFile: string | null;
  /** File with the message of gRPC requests behind its prefix. */
  bodyFile: string;
}

/** A load client. */
export interface BenchClient {
  name: string;
  /** Slow ones get a part of the requests, so that a round ends. */
  requestsShare: number;
  isInstalled: () => boolean;
  /** The command that installs it; absent where it comes with this project. */
  howToGet?: string;
  command(load: BenchLoad): [command: string, ...args: string[]];
  /** Requests per second while the load lasted, as the client itself says; null when it does not. */
  rate(stdout: string): number | null;
}

function splitproof(
  engine: 'h2' | 'grpc-js',
  requestsShare: number,
  more: readonly string[] = [],
): BenchClient {
  return {
    name: engine === 'h2' ? 'splitproof' : 'grpc-js',
    requestsShare,
    isInstalled: () => true,
    command: ({ address, requests, connections, streamsPerConnection, caFile, ...load }) => [
      process.execPath,
      path.join(ROOT, 'dist/cli/main.js'),
      'bench',
      ...['--engine', engine, '--requests', String(requests), '--format', 'json'],
      ...['--connections', String(connections)],
      ...['--concurrency', String(connections * streamsPerConnection)],
      ...(caFile === null ? ['--plaintext'] : ['--cacert', caFile]),
      ...['--data', DATA, address, ...more],
      ...(load.messagesPerRequest === 1
        ? [CALL]
        : [STREAM, '-H', `stream-messages: ${load.messagesPerRequest}`]),
    ],
    rate: (stdout) => {
      const record = JSON.parse(stdout) as { load: { requestsPerSecond: number | null } };
      return record.load.requestsPerSecond;
    },
  };
}

export const SPLITPROOF = splitproof('h2', 1);

/** The same call as gRPC-Web. */
export function splitproofWeb(form: WebForm, httpVersion: '1.1' | '2'): BenchClient {
  return splitproof('h2', 1, ['--protocol', form, '--http-version', httpVersion]);
}

export const H2LOAD: BenchClient = {
  name: 'h2load',
  requestsShare: 1,
  isInstalled: () => answers('h2load', '--version'),
  howToGet: 'apt-get install nghttp2-client',
  command: ({ address, requests, connections, streamsPerConnection, caFile, bodyFile }) => [
    'h2load',
    ...['-n', String(requests), '-c', String(connections), '-m', String(streamsPerConnection)],
    ...['-d', bodyFile, '-H', 'content-type: application/grpc', '-H', 'te: trailers'],
    // The others send a deadline too, and a server works for it: Go's sets a timer.
    ...['-H', 'grpc-timeout: 10S'],
    `${caFile === null ? 'http' : 'https'}://${address}/${CALL}`,
  ],
  rate: (stdout) => numberIn(stdout, /, ([\d.]+) req\/s/),
};

const GHZ: BenchClient = {
  name: 'ghz',
  requestsShare: 0.2,
  isInstalled: () => answers('ghz', '--version'),
  howToGet: 'go install github.com/bojand/ghz/cmd/ghz@v0.93.0',
  command: ({ address, requests, connections, streamsPerConnection, caFile, ...load }) => [
    'ghz',
    ...['-n', String(requests), '--connections', String(connections)],
    ...['-c', String(connections * streamsPerConnection)],
    ...(caFile === null ? ['--insecure'] : ['--cacert', caFile]),
    ...['--proto', path.join(ROOT, 'proto/helloworld.proto'), '-d', DATA],
    ...(load.messagesPerRequest === 1
      ? ['--call', CALL]
      : ['--call', STREAM, '-m', `{"stream-messages":"${load.messagesPerRequest}"}`]),
    address,
  ],
  rate: (stdout) => numberIn(stdout, /Requests\/sec:\s+([\d.]+)/),
};

const GRPC_JS = splitproof('grpc-js', 0.05);

/** This engine first: it is compared with each of the others. */
export const CLIENTS: readonly BenchClient[] = [SPLITPROOF, H2LOAD, GHZ, GRPC_JS];

/** Those that read the messages of a stream. */
export const STREAM_CLIENTS: readonly BenchClient[] = [SPLITPROOF, GHZ, GRPC_JS];

/** Whether a command is there, as it says itself. */
export function answers(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).status === 0;
}

/** The first group of a pattern, as a number; null where it does not match. */
export function numberIn(text: string, pattern: RegExp): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

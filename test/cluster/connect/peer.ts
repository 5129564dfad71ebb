import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const BINARY = path.resolve(import.meta.dirname, '../../../../.parts/connect-peer');

/** What a client of Connect has seen of a call. */
export interface ConnectSeen {
  /** Connect's own name of the code; `ok` where there is none. */
  status: string;
  message: string;
  reply: string;
  trailer: string;
  header: string;
}

/** A server of Connect's own implementation in Go. */
export interface ConnectServer {
  port: number;
  stop(): void;
}

/** Starts a server that answers as one pod, over HTTP/1.1 and HTTP/2. */
export async function startConnectServer(pod: string): Promise<ConnectServer> {
  const child = start(['serve', pod]);
  for await (const line of createInterface({ input: child.stdout! })) {
    return {
      port: Number(line.split(':').at(-1)),
      stop: () => child.kill(),
    };
  }
  throw new Error('connect-peer ended before it said where it listens');
}

/** Makes a call after the other by Connect's own client in Go. */
export function startConnectClient(): {
  call(url: string, request: string): Promise<ConnectSeen>;
  stop(): void;
} {
  const child = start(['call']);
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    async call(url, request) {
      child.stdin!.write(`${JSON.stringify({ url, request })}\n`);
      const next = await lines.next();
      if (next.done === true) throw new Error('connect-peer ended before it answered');
      return JSON.parse(next.value) as ConnectSeen;
    },
    stop: () => child.kill(),
  };
}

function start(words: readonly string[]): ChildProcess {
  return spawn(BINARY, words, { stdio: ['pipe', 'pipe', 'inherit'] });
}

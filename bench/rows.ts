import type { BenchClient } from './clients.js';
import type { ServerProcess } from './server-process.js';

/** What clients are measured on. */
export type LoadedServer = Pick<ServerProcess, 'address' | 'stop'>;

/** What is aimed at, against one of the other clients. */
export interface Targets {
  client: string;
  /** This engine's CPU time by that of the client, at most. */
  mostCpu: number;
  /** This engine's requests per second by those of the client, at least. */
  leastRate: number;
}

/** One server with the clients that are compared on it, and how it is spoken to. */
export interface BenchRow {
  title: string;
  isTls: boolean;
  connections: number;
  streamsPerConnection: number;
  /** How many messages the server streams in answer to each request; 1: calls are unary. */
  messagesPerRequest: number;
  /** The first is compared with each of the others. */
  clients: readonly BenchClient[];
  /** null where nothing is aimed at. */
  targets: Targets | null;
  start: () => Promise<LoadedServer>;
}

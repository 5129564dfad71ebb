import type { RunRecord } from '../../src/record/run-record.js';

/** What is under load. */
export type Servers = 'Envoy' | 'scripted';

export type Version = 'HTTP/2' | 'HTTP/1.1';

/** A closed loop is a `verify`, an open one a `bench`. */
export type LoopName = 'closed' | 'open';

/** One of the runs that a fault is made for. */
export interface RunKind {
  version: Version;
  loop: LoopName;
}

/** What servers counted by themselves, in all that was sent to them. */
export interface ServerCounts {
  /** Requests that came whole. */
  requests: number;
  /** Requests that were answered, whole and well. */
  answered: number;
}

/** Servers that a run loads. */
export interface World {
  /** Words that name the target, the call and how to connect. */
  target: readonly string[];
  /** Requests that were answered so far. */
  answered(): number;
  /** Called when all runs of the stage are over. */
  counts(): Promise<ServerCounts>;
}

/** Where a fault is made: one gateway, say, that several runs load. */
export interface Stage {
  /** One for each run, in the order in which they were asked for. */
  worlds: readonly World[];
  /** Makes the fault, for all of them; absent where the servers make it by themselves. */
  inflict?(): Promise<void>;
  close(): Promise<void>;
}

/** What the record says of a run under a fault. */
export interface Claim {
  /** `by what is lost`: how many requests were on the way just then decides whether that is too many. */
  exit: 0 | 1 | 3 | 4 | 'by what is lost';
  /** Codes that stand among its reasons and findings, or what ended it early. */
  named: readonly string[];
  /** What one of the failures says in words, where it is the cause that no code names. */
  words?: RegExp;
  /** What it costs in requests: each of these is more than zero. */
  costs?: readonly Cost[];
  /** What it may cost besides, by who was on the way just then. Everything else is zero. */
  mayCost?: readonly Cost[];
}

/** Ends of requests other than OK; `resent` is none, and no cost: it was sent again. */
export type Cost = 'failed' | 'timedOut' | 'unsent' | 'resent';

/** A fault and what is claimed of the runs under it. */
export interface Fault {
  name: string;
  /** How it is made, in words. */
  made: string;
  servers: Servers;
  versions: readonly Version[];
  start(runs: readonly RunKind[]): Promise<Stage>;
  /** Further words of the command. */
  words?: readonly string[];
  /** Requests in flight at most, where all that come within a while have to find a place. */
  inFlight?: number;
  /**
   * Whether the servers' counts agree to the request. Else connections were lost: what servers answered
   * and what came of it differ by no more requests than are reported as failed or timed out.
   */
  agrees: 'to the request' | 'but for what is lost';
  claims: Readonly<Record<LoopName, Claim>>;
}

/** How servers' counts agree. */
export const EXACT = 'to the request';
export const LOSSY = 'but for what is lost';

/** Names the faults of scripted servers, which speak one version and make what is wrong by themselves. */
export function scriptedFault(version: Version) {
  return (
    name: string,
    made: string,
    agrees: Fault['agrees'],
    start: () => Promise<Stage>,
    claims: Fault['claims'],
    words: readonly string[] = [],
  ): Fault => {
    return { name, made, servers: 'scripted', versions: [version], agrees, start, claims, words };
  };
}

/** Codes of a record's reasons and findings, and of what ended it early. */
export function codesOf({ reasons, findings, stopped }: RunRecord): Set<string> {
  const codes = [...reasons, ...findings].map(({ code }) => code);
  return new Set(stopped === null ? codes : [...codes, stopped.code]);
}

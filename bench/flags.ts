import { parseArgs } from 'node:util';

/** What is measured. */
export interface BenchFlags {
  help: boolean;
  requests: number;
  rounds: number;
  json: boolean;
  isOpenLoop: boolean;
  /** Rows with this in their titles, in small letters; empty for all. */
  only: string;
}

export const HELP = `npm run bench -- [options]

gRPC: compares this engine with grpc-js and, where they are installed, h2load and
ghz: 4 connections with 32 streams each. Server streaming: by its messages, 100 on
each stream. HTTP/1.1: with h2load, 64 connections,
answers named by their identity on this side, and the ratios that are aimed at.
HTTP/2: a GET of this engine beside its gRPC call.
All load one and the same server outside their processes, in turn, several
rounds. Rates, CPU time (start-up included) and peak memory are medians over the
rounds; a ratio is the median of each round's ratio.

  --requests N   requests of each client in a round [300000]; ghz gets a fifth
                 of them and grpc-js a twentieth
  --rounds N     how often all clients have their turn [5]
  --only TEXT    the rows that have it in their titles: HTTP/1.1, "50 KB", TLS, …
  --open-loop    latencies at half of the server's capacity instead, for ten
                 seconds, against those that h2load sees; this engine is warm
  --json         the figures as JSON
  --help         this text
`;

/** A mistake on the command line, in one sentence. */
export class BenchFlagError extends Error {}

/** @throws BenchFlagError when a flag is wrong. */
export function readFlags(words: readonly string[]): BenchFlags {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        requests: { type: 'string', default: '300000' },
        rounds: { type: 'string', default: '5' },
        json: { type: 'boolean', default: false },
        'open-loop': { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
      },
    });
    return {
      help: values.help,
      requests: numberOf('requests', values.requests),
      rounds: numberOf('rounds', values.rounds),
      json: values.json,
      isOpenLoop: values['open-loop'],
      only: values.only.toLowerCase(),
    };
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new BenchFlagError(`${sentence.split('\n')[0] ?? ''} (--help lists what there is)`);
  }
}

function numberOf(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${flag} ${text}: write a whole number from 1`);
}

import { median } from 'simple-statistics';
import type { BenchClient, BenchLoad } from './clients.js';
import { measureProcess } from './measured-process.js';

/** What one client came to on one server: medians over the rounds. */
export interface ClientResult {
  client: string;
  /** Requests; where they are answered by streams, the messages of these, here and below. */
  requests: number;
  requestsPerSecond: number | null;
  /** Start-up included. */
  cpuMicrosPerRequest: number;
  peakMemoryMiB: number;
  /** CPU time of the first client by this one's, in the same round. */
  cpuRatio: number;
  /** The same of the rates; null when one of them does not say. */
  rateRatio: number | null;
}

interface Round {
  rate: number | null;
  cpuMicros: number;
  memoryMiB: number;
}

const CLIENT_TIMEOUT_MS = 300_000;
const BYTES_PER_MIB = 1024 * 1024;
const MICROS_PER_SECOND = 1e6;

/**
 * Lets clients load one and the same server, in turn, so that whatever else the machine does meets
 * all of them.
 *
 * @param clients The first is compared with each of them.
 * @param onMeasured Told about each measurement.
 */
export async function runRounds(
  clients: readonly BenchClient[],
  load: BenchLoad,
  rounds: number,
  onMeasured: (client: string, round: number) => void,
): Promise<ClientResult[]> {
  const measured = clients.map((): Round[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, client] of clients.entries()) {
      measured[index]!.push(await oneRound(client, load));
      onMeasured(client.name, round);
    }
  }
  const [first = []] = measured;
  return clients.map((client, index) => {
    const own = measured[index]!;
    return {
      client: client.name,
      requests: requestsOf(client, load) * load.messagesPerRequest,
      requestsPerSecond: medianOf(own.map(({ rate }) => rate)),
      cpuMicrosPerRequest: median(own.map(({ cpuMicros }) => cpuMicros)),
      peakMemoryMiB: median(own.map(({ memoryMiB }) => memoryMiB)),
      cpuRatio: median(own.map(({ cpuMicros }, round) => first[round]!.cpuMicros / cpuMicros)),
      rateRatio: medianOf(own.map(({ rate }, round) => ratio(first[round]!.rate, rate))),
    };
  });
}

async function oneRound(client: BenchClient, load: BenchLoad): Promise<Round> {
  const { messagesPerRequest } = load;
  const requests = requestsOf(client, load);
  const [command, ...args] = client.command({ ...load, requests });
  const cost = await measureProcess(command, args, CLIENT_TIMEOUT_MS);
  const rate = client.rate(cost.stdout);
  return {
    rate: rate === null ? null : rate * messagesPerRequest,
    cpuMicros: (cost.cpuSeconds * MICROS_PER_SECOND) / (requests * messagesPerRequest),
    memoryMiB: cost.peakMemoryBytes / BYTES_PER_MIB,
  };
}

/** How many requests a client makes in a round. */
function requestsOf({ requestsShare }: BenchClient, load: BenchLoad): number {
  return Math.ceil((load.requests * requestsShare) / load.messagesPerRequest);
}

function ratio(first: number | null, own: number | null): number | null {
  return first === null || own === null ? null : first / own;
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}

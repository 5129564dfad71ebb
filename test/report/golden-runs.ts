import type { Counted } from '../../src/count/counted.js';
import { nothingCounted } from '../../src/count/nothing-counted.js';
import type { Asked } from '../../src/record/asked.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { FORMATS, type FormatName } from '../../src/report/formats.js';
import {
  askedCall,
  askedRun,
  countedShard,
  recordOfRun,
  START_MS,
  twoCalls,
} from '../record/shards.js';

/** Where the reports are kept, from the project's root. */
export const GOLDEN_FOLDER = 'test/data/reports';

/** A load test: nothing is expected. */
const LOAD_TEST: Partial<Asked> = {
  command: 'bench',
  ...askedCall({ destinations: [], expectation: null }),
};

/** A load that was stopped, for more than half of it failed. @param due Requests that were to be sent. */
function cutShort(counted: Counted, due: number): Counted {
  const calls = counted.calls.map((call) => {
    return { ...call, due, unsent: new Map([['stopped' as const, due - call.sent]]) };
  });
  const afterRequests = calls.reduce((sum, { sent }) => sum + sent, 0);
  return { ...counted, calls, stopped: { code: 'harm', afterRequests, destination: null } };
}

const ONE_CALL = askedCall({}).calls;
const OTHER_CALL = askedCall({ name: 'helloworld.Greeter/SayBye' }).calls;

/** What is asked and counted, by the file that holds its report. */
const RUNS: Readonly<Record<string, { asked?: Partial<Asked>; counted: Counted }>> = {
  'verify-pass': { counted: countedShard({ v1: 1870, v2: 1219 }) },
  'verify-fail': { counted: countedShard({ v1: 1540, v2: 1549 }) },
  'verify-too-few': { counted: countedShard({ v1: 30, v2: 20 }) },
  'verify-errors': { counted: countedShard({ v1: 1820, v2: 1169, failed: 100 }) },
  'verify-compared': {
    asked: {
      rule: {
        ...{ alpha: 0.001, power: 0.99, seed: 1, thresholds: ['p90{v2}<1.2x{v1}'] },
        compared: { candidate: 'v2', baseline: 'v1' },
      },
    },
    counted: countedShard({ v1: 3600, v2: 2400 }),
  },
  'verify-interrupted': {
    counted: { ...countedShard({ v1: 1000, v2: 650 }), isInterrupted: true },
  },
  'verify-dead-thread': {
    counted: {
      ...countedShard({ v1: 1870, v2: 1219 }),
      deaths: [{ why: 'out of memory', sent: 12 }],
    },
  },
  'verify-stopped-for-harm': {
    asked: {
      load: {
        loop: 'closed',
        requests: 3089,
        durationMs: null,
        requestsPerSecond: null,
        atMostPerSecond: 500,
      },
    },
    counted: cutShort(countedShard({ v1: 30, v2: 20, failed: 60 }), 3089),
  },
  'verify-unreachable': {
    counted: {
      ...nothingCounted(countedShard({ v1: 0, v2: 0 }).calls),
      unreachable: [
        {
          address: '127.0.0.1:8080',
          kind: 'refused',
          message: 'connection refused (127.0.0.1:8080)',
        },
      ],
    },
  },
  'verify-finding-of-the-route': {
    asked: askedCall({
      findings: [
        {
          code: 'weights-not-100',
          severity: 'warning',
          about: 'manifest',
          call: null,
          place: { file: 'vs.yaml', line: 12, column: 7, document: 1, path: 'spec.http[0].route' },
          summary: 'The weights add up to 120, not 100.',
          evidence: '',
          advice: '',
        },
      ],
    }),
    counted: countedShard({ v1: 1870, v2: 1219 }),
  },
  'verify-several-calls': {
    asked: { calls: [...ONE_CALL, ...OTHER_CALL] },
    counted: twoCalls(countedShard({ v1: 1870, v2: 1219 }), countedShard({ v1: 1540, v2: 1549 })),
  },
  'bench-pass': {
    asked: {
      ...LOAD_TEST,
      rule: { alpha: 0.001, power: 0.99, seed: 1, thresholds: ['p99<50ms'], compared: null },
    },
    counted: countedShard({ v1: 600, v2: 400 }),
  },
  'bench-stalled': {
    asked: LOAD_TEST,
    counted: {
      ...countedShard({ v1: 600, v2: 400 }),
      silences: [{ startMs: START_MS + 200, lengthMs: 4000 }],
    },
  },
};

/** The names of the runs: of their files, too. */
export const GOLDEN_RUNS: readonly string[] = Object.keys(RUNS);

/** Formats that a report of a run is kept in. The record itself changes with every field that comes. */
const KEPT: readonly FormatName[] = ['console', 'markdown', 'github', 'junit', 'sarif'];
/** Runs that are kept in all of them. */
const KEPT_IN_ALL: readonly string[] = [
  ...['verify-pass', 'verify-fail', 'verify-too-few', 'verify-several-calls'],
  ...['verify-finding-of-the-route', 'bench-pass', 'bench-stalled'],
];

/** The files that hold reports, and what stands in each: a run in a format. */
export const GOLDEN_FILES: readonly { file: string; run: string; format: FormatName }[] =
  GOLDEN_RUNS.flatMap((run) =>
    KEPT.filter((format) => format === 'console' || KEPT_IN_ALL.includes(run)).map((format) => {
      return { file: `${run}.${FORMATS[format].extension}`, run, format };
    }),
  );

/** The record of a run. */
export async function goldenRecord(run: string): Promise<RunRecord> {
  const { asked = {}, counted } = RUNS[run]!;
  return await recordOfRun(askedRun(run, asked), counted);
}

/** The report of a run, as it is to be. */
export async function goldenReport(run: string, format: FormatName): Promise<string> {
  return await FORMATS[format].render(await goldenRecord(run), { width: 80, colour: false });
}

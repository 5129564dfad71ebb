import { setTimeout as sleep } from 'node:timers/promises';
import { borne, failing, FALLEN_SILENT, unlucky } from './claims.js';
import { EXACT, LOSSY, type Fault, type RunKind, type Stage } from './fault.js';
import { startGreeter } from './greeter.js';
import { DEADLINE_MS, every, HELD_BACK, OUTAGE_MS, SHORT_DEADLINE, SILENCE_MS } from './timing.js';
import { startVersions } from './versions.js';
import {
  certificateStage,
  changingNameStage,
  type Inflict,
  linkedStage,
  type Scripted,
} from './worlds.js';

/** Longer than a request waits for a connection. */
const LONG_OUTAGE_MS = 2500;

/** Servers that always answer. */
function startServers([kind]: readonly RunKind[]): Promise<Scripted> {
  return kind?.version === 'HTTP/2' ? startGreeter() : startVersions();
}

function before(stage: (servers: Scripted) => Promise<Stage>): Fault['start'] {
  return async (kinds) => await stage(await startServers(kinds));
}

function linked(inflict: Inflict): Fault['start'] {
  return before((servers) => linkedStage(servers, inflict));
}

function refusedFor(outageMs: number): Inflict {
  return async (link) => {
    link.refuse();
    await sleep(outageMs);
    await link.accept();
  };
}

function fault(parts: Omit<Fault, 'servers' | 'versions'>): Fault {
  return { ...parts, servers: 'scripted', versions: ['HTTP/2', 'HTTP/1.1'] };
}

/** What happens between the command and servers that always answer. */
export const LINK_FAULTS: readonly Fault[] = [
  fault({
    name: 'killed',
    made: 'its connections are reset, and further ones refused',
    start: linked((link) => {
      link.refuse();
    }),
    agrees: LOSSY,
    claims: failing(['unsent'], {
      named: ['load-cut-short', 'gateway-lost'],
      words: /ECONNREFUSED/,
      mayCost: ['failed', 'resent'],
    }),
  }),
  fault({
    name: 'refused for a while',
    made: `the same for ${OUTAGE_MS} ms, and then it listens again`,
    start: linked(refusedFor(OUTAGE_MS)),
    agrees: LOSSY,
    claims: unlucky(),
  }),
  fault({
    name: 'refused for longer than requests wait',
    made: `the same for ${LONG_OUTAGE_MS} ms: requests wait 2 s for a connection`,
    start: linked(refusedFor(LONG_OUTAGE_MS)),
    agrees: LOSSY,
    claims: failing(['unsent'], {
      named: ['load-cut-short', 'gateway-lost'],
      words: /ECONNREFUSED/,
      mayCost: ['failed', 'resent'],
    }),
  }),
  fault({
    name: 'frozen',
    made: `nothing passes, and the connections stay open; the deadline is ${DEADLINE_MS} ms`,
    words: SHORT_DEADLINE,
    start: linked((link) => {
      link.freeze();
    }),
    agrees: LOSSY,
    claims: failing(
      ['timedOut'],
      { words: /no answer within/, mayCost: ['failed', 'unsent'] },
      FALLEN_SILENT,
    ),
  }),
  fault({
    name: 'frozen and thawed',
    made: `the same for ${SILENCE_MS} ms, before the deadline`,
    inFlight: HELD_BACK,
    start: linked(async (link) => {
      link.freeze();
      await sleep(SILENCE_MS);
      link.thaw();
    }),
    agrees: EXACT,
    claims: borne({ named: ['stalled'] }),
  }),
  fault({
    name: 'stops reading',
    made: `what is sent stays in the buffers of the system; the deadline is ${DEADLINE_MS} ms`,
    words: SHORT_DEADLINE,
    start: linked((link) => {
      link.stopReading();
    }),
    agrees: LOSSY,
    claims: failing(
      ['timedOut'],
      { words: /no answer within/, mayCost: ['failed', 'unsent'] },
      FALLEN_SILENT,
    ),
  }),
  fault({
    name: 'resets connections',
    made: 'its oldest connection is reset 5 times, 150 ms apart, whether anything is on it or not',
    start: linked((link) =>
      every(150, 5, () => {
        link.resetOldest();
      }),
    ),
    agrees: LOSSY,
    claims: unlucky(),
  }),
  fault({
    name: 'certificate swapped',
    made: 'its connections are reset, and then it shows the certificate of another authority',
    start: before(certificateStage),
    agrees: LOSSY,
    claims: failing(['unsent'], {
      named: ['load-cut-short', 'gateway-lost'],
      words: /certificate/,
      mayCost: ['failed', 'resent'],
    }),
  }),
  fault({
    name: 'name that changes its address',
    made: 'nothing listens any more at the address of its name, which has another one now: addresses are looked up once, before the load',
    start: before(changingNameStage),
    agrees: LOSSY,
    claims: failing(['unsent'], {
      named: ['load-cut-short', 'gateway-lost'],
      words: /ECONNREFUSED/,
      mayCost: ['failed', 'resent'],
    }),
  }),
];

import assert from 'node:assert/strict';
import type { RunRecord } from '../../src/record/run-record.js';
import { accountCloses } from '../fixtures/account.js';
import { reasonsOf } from '../fixtures/command.js';
import { type RunHere, runHere } from '../fixtures/command-here.js';
import {
  type Claim,
  codesOf,
  type Cost,
  type Fault,
  type LoopName,
  type RunKind,
  type ServerCounts,
  type Stage,
  type Version,
} from './fault.js';
import { BEFORE } from './timing.js';

export const REQUESTS = 240;
export const PER_SECOND = 100;
/** Requests in flight at most, unless a fault is told to need more. */
const IN_FLIGHT: Readonly<Record<Version, number>> = { 'HTTP/2': 160, 'HTTP/1.1': 64 };
const POLL_MS = 5;

const COMMANDS: Readonly<Record<LoopName, readonly string[]>> = {
  closed: ['verify', '-n', String(REQUESTS), '--pace', String(PER_SECOND), '--tolerance', '25pp'],
  open: ['bench', '-r', String(PER_SECOND), '-z', `${REQUESTS / PER_SECOND}s`],
};

/** What a run under a fault came to. */
export interface FaultRun extends RunHere {
  kind: RunKind;
  counts: ServerCounts;
}

/** Loads the servers of a fault, with runs side by side, and makes the fault in the middle of them. */
export async function runUnder(fault: Fault, kinds: readonly RunKind[]): Promise<FaultRun[]> {
  const stage = await fault.start(kinds);
  const inflicted = inflictOnce(stage);
  try {
    const runs = await Promise.all(
      kinds.map(({ version, loop }, index) =>
        runHere([
          ...COMMANDS[loop],
          '--weights',
          'v1=1,v2=1',
          ...loadOf(fault, version),
          ...stage.worlds[index]!.target,
          ...(fault.words ?? []),
        ]),
      ),
    );
    await inflicted.done();
    const counts = await Promise.all(stage.worlds.map((world) => world.counts()));
    return runs.map((run, index) => ({ ...run, kind: kinds[index]!, counts: counts[index]! }));
  } finally {
    await inflicted.done().catch(() => undefined);
    await stage.close();
  }
}

/** HTTP/1.1 has a connection for each request in flight. */
function loadOf({ inFlight }: Fault, version: Version): string[] {
  const requests = String(inFlight ?? IN_FLIGHT[version]);
  return ['-c', requests, '--connections', version === 'HTTP/2' ? '4' : requests];
}

/** Makes the fault once every run has had its first answers. */
function inflictOnce(stage: Stage): { done(): Promise<void> } {
  let inflicted: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (stage.worlds.some((world) => world.answered() < BEFORE)) return;
    clearInterval(timer);
    inflicted = stage.inflict?.();
  }, POLL_MS);
  return {
    async done() {
      clearInterval(timer);
      await inflicted;
    },
  };
}

/** What no fault of servers is to be taken for: weights and addresses are right all the time. */
const MISTAKEN: readonly string[] = [
  ...['weights-changed-during-run', 'weights-reversed', 'stale-weights', 'replica-ratio'],
  ...['route-not-applied', 'leak-to-zero-weight', 'address-unreachable'],
];

/** Checks everything that is claimed of a run. */
export function check(fault: Fault, run: FaultRun): void {
  const { record, kind } = run;
  const claim = fault.claims[kind.loop];
  accountCloses(record);
  assert.equal(record.load.due, REQUESTS);
  assert.equal(record.load.cancelled, 0);
  checkCounts(fault, run);
  const said = codesOf(record);
  for (const code of claim.named) assert.ok(said.has(code), `${code}: ${[...said].join()}`);
  for (const code of MISTAKEN) assert.ok(!said.has(code), `${code}: ${[...said].join()}`);
  checkCosts(claim, record);
  checkExit(claim, run);
}

/** Why an open loop is inconclusive that this machine kept from sending what was due when it was. */
const OWN_LIMITS: readonly string[] = ['rate-not-reached', 'unsent-requests'];

/** Unsent requests that are the peer's doing. */
function byPeer({ load }: RunRecord): number {
  const { 'no-place': noPlace = 0, client = 0 } = load.unsentByCause;
  return load.unsent - noPlace - client;
}

/** A share of errors that passes, and one that fails, whatever chance does. */
const [PASSES, FAILS] = [0.005, 0.05];

function checkExit({ exit }: Claim, { status, record }: FaultRun): void {
  const { load, reasons } = record;
  const share = (load.failed + load.timedOut + byPeer(record)) / load.due;
  const claimed = exit === 'by what is lost' ? (share <= PASSES ? 0 : 1) : exit;
  // A machine that others keep busy shows nothing of rates, and the run says so itself.
  const isLate = reasons.some(({ code }) => OWN_LIMITS.includes(code));
  const isUnclear = exit === 'by what is lost' && share > PASSES && share < FAILS;
  if (isUnclear) assert.ok([0, 1, 3].includes(status), reasonsOf(record));
  else assert.equal(status, claimed === 0 && isLate ? 3 : claimed, reasonsOf(record));
}

const COSTS: readonly Cost[] = ['failed', 'timedOut', 'unsent', 'resent'];

function checkCosts({ costs = [], mayCost = [], words }: Claim, record: RunRecord): void {
  const { load, transport, calls } = record;
  const { failures } = calls[0]!;
  const figuresOf = { ...load, unsent: byPeer(record), resent: transport.resent };
  for (const cost of COSTS) {
    const requests = figuresOf[cost];
    const figures = `${requests} ${cost}: ${JSON.stringify(failures)}`;
    if (costs.includes(cost)) assert.ok(requests > 0, figures);
    else if (!mayCost.includes(cost)) assert.equal(requests, 0, figures);
  }
  if (words === undefined) return;
  assert.ok(
    failures.some(({ cause }) => words.test(cause)),
    JSON.stringify(failures),
  );
}

function checkCounts({ agrees }: Fault, { record, counts }: FaultRun): void {
  const { load, transport } = record;
  const sent = load.sent + load.excluded;
  const ok = load.ok + load.excluded;
  const figures = JSON.stringify({ ...counts, sent, ok, resent: transport.resent });
  const lost = agrees === 'to the request' ? 0 : load.failed + load.timedOut;
  assert.ok(counts.requests >= sent - lost, figures);
  assert.ok(counts.requests <= sent + transport.resent, figures);
  assert.ok(counts.answered >= ok, figures);
  // What came too late was answered all the same.
  assert.ok(counts.answered <= ok + Math.max(lost, load.timedOut), figures);
}

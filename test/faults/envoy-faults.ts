import { setTimeout as sleep } from 'node:timers/promises';
import { type EnvoyOptions, type EnvoyWorld, startEnvoyStage } from './behind-envoy.js';
import { borne, failing, FALLEN_SILENT, unlucky } from './claims.js';
import { EXACT, LOSSY, type Fault } from './fault.js';
import { DEADLINE_MS, every, HELD_BACK, OUTAGE_MS, SHORT_DEADLINE, SILENCE_MS } from './timing.js';

type Inflict = (world: EnvoyWorld) => Promise<void> | void;

function behindEnvoy(inflict: Inflict | null, options?: EnvoyOptions): Fault['start'] {
  return (kinds) => startEnvoyStage(kinds, inflict, options);
}

function fault(parts: Omit<Fault, 'servers' | 'versions'>): Fault {
  return { ...parts, servers: 'Envoy', versions: ['HTTP/2', 'HTTP/1.1'] };
}

const BY_PODS: EnvoyOptions = { countedBy: 'pods' };

/** What happens to a real Envoy and to what is behind it. */
export const ENVOY_FAULTS: readonly Fault[] = [
  fault({
    name: 'backend killed',
    made: 'the connections to one of two backends are reset, and further ones refused',
    start: behindEnvoy(({ links: { v1 } }) => {
      for (const link of v1) link.refuse();
    }),
    agrees: EXACT,
    claims: failing(
      ['failed'],
      { named: ['upstream-unreachable'], words: /upstream connect error/ },
      { closed: ['backend-lost'] },
    ),
  }),
  fault({
    name: 'backend killed and restarted',
    made: `the same, and after ${OUTAGE_MS} ms it listens again`,
    start: behindEnvoy(async ({ links: { v1 } }) => {
      for (const link of v1) link.refuse();
      await sleep(OUTAGE_MS);
      await Promise.all(v1.map((link) => link.accept()));
    }),
    agrees: EXACT,
    claims: failing(['failed'], {
      named: ['upstream-unreachable'],
      words: /upstream connect error/,
    }),
  }),
  fault({
    name: 'backend frozen',
    made: `nothing passes between the gateway and one of two backends, whose connections stay open; the deadline is ${DEADLINE_MS} ms`,
    words: SHORT_DEADLINE,
    start: behindEnvoy(({ links: { v1 } }) => {
      for (const link of v1) link.freeze();
    }),
    agrees: EXACT,
    claims: failing(
      ['timedOut'],
      { named: ['deadline-exceeded'], words: /no answer within/, mayCost: ['unsent'] },
      { closed: ['backend-lost'] },
    ),
  }),
  fault({
    name: 'backends frozen and thawed',
    made: `the same with both, for ${SILENCE_MS} ms, before the deadline`,
    inFlight: HELD_BACK,
    start: behindEnvoy(async ({ links: { v1, v2 } }) => {
      for (const link of [...v1, ...v2]) link.freeze();
      await sleep(SILENCE_MS);
      for (const link of [...v1, ...v2]) link.thaw();
    }),
    agrees: EXACT,
    claims: borne({ named: ['stalled'] }),
  }),
  fault({
    name: 'backend resets connections',
    made: 'a connection to one of two backends is reset 10 times, 100 ms apart',
    start: behindEnvoy(({ links: { v1 } }) =>
      every(100, 10, () => {
        for (const link of v1) link.resetOldest();
      }),
    ),
    agrees: EXACT,
    claims: unlucky(),
  }),
  fault({
    name: 'backend answers after the deadline',
    made: `the gateway holds back every request to one of two backends for 3 s; the deadline is ${DEADLINE_MS} ms`,
    words: SHORT_DEADLINE,
    start: behindEnvoy(null, { delayV2Ms: 3000 }),
    agrees: EXACT,
    claims: failing(['timedOut'], {
      named: ['deadline-exceeded'],
      words: /no answer within/,
      mayCost: ['unsent'],
    }),
  }),
  fault({
    name: 'gateway killed',
    made: 'SIGKILL',
    start: behindEnvoy((gateway) => gateway.kill(), BY_PODS),
    agrees: LOSSY,
    claims: failing(['unsent'], {
      named: ['load-cut-short', 'gateway-lost'],
      words: /ECONNREFUSED/,
      mayCost: ['failed', 'resent'],
    }),
  }),
  fault({
    name: 'gateway killed and restarted',
    made: 'SIGKILL, and another Envoy on its port at once',
    start: behindEnvoy(async (gateway) => {
      await gateway.kill();
      await gateway.restart();
    }, BY_PODS),
    agrees: LOSSY,
    claims: unlucky(),
  }),
  fault({
    name: 'gateway drained, another takes over',
    made: 'another Envoy listens on its port too, and it drains its listeners',
    start: behindEnvoy((gateway) => gateway.replace()),
    agrees: EXACT,
    claims: borne({ mayCost: ['resent'] }),
  }),
  fault({
    name: 'gateway frozen',
    made: `SIGSTOP; the deadline is ${DEADLINE_MS} ms`,
    words: SHORT_DEADLINE,
    start: behindEnvoy((gateway) => {
      gateway.signal('SIGSTOP');
    }, BY_PODS),
    agrees: LOSSY,
    claims: failing(
      ['timedOut'],
      { words: /no answer within/, mayCost: ['failed', 'unsent'] },
      FALLEN_SILENT,
    ),
  }),
  fault({
    name: 'gateway frozen and thawed',
    made: `SIGSTOP, and SIGCONT after ${SILENCE_MS} ms, before the deadline`,
    inFlight: HELD_BACK,
    start: behindEnvoy(async (gateway) => {
      gateway.signal('SIGSTOP');
      await sleep(SILENCE_MS);
      gateway.signal('SIGCONT');
    }),
    agrees: EXACT,
    claims: borne({ named: ['stalled'] }),
  }),
];

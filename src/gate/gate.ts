import { InputError } from '../input-error.js';
import { ask } from '../run/ask.js';
import type { Scenario } from '../scenario/scenario.js';
import { maskedText, NO_SECRETS } from '../secrets.js';
import { runVerify } from './child-run.js';
import { type ExpectedNow, GateDesk } from './desk.js';
import { expectedStep } from './expected-step.js';
import type { GateFolder } from './gate-folder.js';
import { isLoopback, type ListenAddress } from './listen-address.js';
import type { Log } from './log.js';
import { GateMetrics } from './metrics.js';
import { RateLimit } from './rate-limit.js';
import { closeServer, gateServer, serveTls } from './server.js';
import { TlsFiles } from './tls-files.js';
import { TokenFile } from './token-file.js';
import { VerdictStore } from './verdict-store.js';

/** What a gate takes besides its folder. */
export interface GateOptions {
  listen: ListenAddress;
  /** Words of `node` that begin a command of this program. */
  command: readonly string[];
  /** Flags of every run. */
  flags: readonly string[];
  /** Reads a scenario's file as its runs do. */
  readScenario: (file: string) => Promise<Scenario>;
  log: Log;
}

/** A gate that listens. */
export interface RunningGate {
  /** `http://HOST:PORT`. */
  url: string;
  /** Comes when its folder of verdicts is gone, or another gate has taken it: it can keep none any more. */
  lost: Promise<void>;
  /** Refuses what is new, lets the run that goes on end within the time of grace, and answers those who wait. */
  close(): Promise<void>;
}

/**
 * Starts a gate.
 *
 * @throws InputError when a scenario or something else in its folder is wrong, or the address cannot be listened on.
 */
export async function startGate(folder: GateFolder, options: GateOptions): Promise<RunningGate> {
  const { settings, scenarios } = folder;
  const { listen, command, flags, readScenario, log } = options;
  requireAccess(folder, listen);
  for (const file of scenarios.values()) await readScenario(file);
  const tokens =
    settings.tokens === undefined
      ? null
      : await TokenFile.open(settings.tokens, (problem) => {
          log('tokens-unchanged', { problem });
        });
  const tlsFiles = settings.tls === undefined ? null : await TlsFiles.open(settings.tls);
  const tls = tlsFiles?.tls ?? null;
  const keepPassMs = settings['keep-pass'];
  const keeping = { most: settings.keep, passMs: keepPassMs };
  const store = await VerdictStore.open(settings.state, keeping, log);
  const metrics = new GateMetrics(scenarios.keys());
  const ending = new AbortController();
  const fileOf = (scenario: string): string => scenarios.get(scenario) ?? '';
  const desk = new GateDesk({
    ...{ store, metrics, log, keepPassMs },
    queue: settings.queue,
    expected: joining((scenario) => expectedNow(fileOf(scenario), readScenario)),
    run: (scenario, words) =>
      runVerify(['--scenario', fileOf(scenario), ...flags, ...words], {
        command,
        timeoutMs: settings['run-timeout'],
        signal: ending.signal,
      }),
  });
  const needsCertificate = tls !== null && tls.clientAuthority !== null;
  const server = await gateServer({
    ...{ desk, store, metrics, tls },
    scenarios: new Set(scenarios.keys()),
    maxWaitMs: settings['max-wait'],
    connections: settings.connections,
    access: { tokens, needsCertificate, rate: new RateLimit(settings.rate), log },
  });
  const url = await server.listen(listen).catch(async (error: unknown) => {
    await store.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`it cannot be listened on: ${reason}`, { path: 'listen' });
  });
  const endWatch = tlsFiles?.watch({
    onChange: (changed) => {
      serveTls(server, changed);
      log('tls-changed', {});
    },
    onProblem: (problem) => {
      log('tls-unchanged', { problem });
    },
  });
  return {
    url,
    lost: store.lost,
    close: async () => {
      endWatch?.();
      const grace = setTimeout(() => {
        ending.abort();
      }, settings.grace);
      await desk.close();
      clearTimeout(grace);
      await closeServer(server);
      await store.close();
    },
  };
}

function requireAccess({ folder, settings }: GateFolder, listen: ListenAddress): void {
  const { tokens, tls } = settings;
  if (tokens !== undefined || tls?.['client-ca'] !== undefined || isLoopback(listen)) return;
  throw new InputError(
    `anybody could ask at ${listen.host}: name tokens or tls.client-ca, or listen on 127.0.0.1`,
    { file: `${folder}/gate.yaml`, path: 'listen' },
  );
}

async function expectedNow(
  file: string,
  readScenario: GateOptions['readScenario'],
): Promise<ExpectedNow> {
  const unjudged = (problem: string) => ({ kind: 'unjudged' as const, exitCode: 2, problem });
  try {
    const { asked } = await ask(await readScenario(file), {});
    const step = expectedStep(asked);
    return step === null
      ? unjudged('say which step: its weights are known only while it runs')
      : { kind: 'step', step };
  } catch (error) {
    // A URL with a password may stand wherever a user can write one.
    if (error instanceof InputError) return unjudged(maskedText(error.message, NO_SECRETS));
    throw error;
  }
}

/** Has those who ask for the same at the same time wait for one reading. */
function joining<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const reading = new Map<string, Promise<T>>();
  return (name) => {
    const known = reading.get(name);
    if (known !== undefined) return known;
    const started = read(name).finally(() => reading.delete(name));
    reading.set(name, started);
    return started;
  };
}

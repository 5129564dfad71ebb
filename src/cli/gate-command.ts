import { once } from 'node:events';
import { startGate } from '../gate/gate.js';
import { readGateFolder } from '../gate/gate-folder.js';
import { parseListenAddress } from '../gate/listen-address.js';
import { logIn } from '../gate/log.js';
import { InputError } from '../input-error.js';
import { all, type Arguments, single } from './arguments.js';
import { EXIT } from './exit-status.js';
import type { Interruption } from './interruption.js';
import { SAFETY_OPTIONS } from './safety-options.js';
import { scenarioFromArguments } from './settings.js';
import { writeError } from './standard-streams.js';

/** `splitproof gate`: serves until it is interrupted. @returns The exit status. */
export async function gateCommand(args: Arguments, { signal }: Interruption): Promise<number> {
  const folder = await readGateFolder(String(single(args, 'config')), signal);
  const flag = single(args, 'listen');
  const listen =
    typeof flag === 'string'
      ? parseListenAddress(flag, { path: '--listen' })
      : parseListenAddress(folder.settings.listen, {
          file: `${folder.folder}/gate.yaml`,
          path: 'listen',
        });
  const safety = safetyArguments(args, folder.folder);
  const log = logIn(single(args, 'log') === 'json' ? 'json' : 'text', writeError);
  const gate = await startGate(folder, {
    listen,
    command: [...process.execArgv, process.argv[1] ?? ''],
    flags: Object.entries(safety).flatMap(([name, values]) =>
      values.flatMap((value) => [`--${name}`, value]),
    ),
    readScenario: (scenario) => scenarioFromArguments({ ...safety, scenario }, 'verify', signal),
    log,
  });
  const { scenarios } = folder;
  log('listening', { url: gate.url, scenarios: [...scenarios.keys()].join(',') });
  const isLost = await Promise.race([ended(signal), gate.lost.then(() => true)]);
  log('ending', {});
  await gate.close();
  if (!isLost) return EXIT.pass;
  throw new InputError('it is gone, or another gate has taken it: no verdict can be kept', {
    file: folder.settings.state,
    path: 'state',
  });
}

/** @returns false: it was not lost. */
async function ended(signal: AbortSignal): Promise<false> {
  if (!signal.aborted) await once(signal, 'abort');
  return false;
}

/** What bounds every run; scenarios may lead to the gate's own folder. */
function safetyArguments(args: Arguments, folder: string): Record<string, string[]> {
  const given = Object.keys(SAFETY_OPTIONS).map((name) => [name, all(args, name)] as const);
  const safety: Record<string, string[]> = Object.fromEntries(given);
  return { ...safety, 'allow-path': [...(safety['allow-path'] ?? []), folder] };
}

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { readText, unreadable } from '../inputs/read-text.js';
import { type GateSettings, parseGateSettings } from './config.js';

const MAX_BYTES = 1024 * 1024;
const SCENARIO = /^([A-Za-z0-9][A-Za-z0-9._-]{0,62})\.ya?ml$/;

/** What a service's folder holds. Paths are relative to the working folder. */
export interface GateFolder {
  folder: string;
  settings: GateSettings;
  /** Files of scenarios by their names. */
  scenarios: ReadonlyMap<string, string>;
}

/**
 * Reads the folder of a service: its settings, and which scenarios there are.
 *
 * @param signal Gives up when it aborts.
 * @throws InputError when something is wrong with it.
 */
export async function readGateFolder(folder: string, signal?: AbortSignal): Promise<GateFolder> {
  const inFolder = (name: string): string => path.join(folder, name);
  const { name, text } = await readText({
    from: inFolder('gate.yaml'),
    what: 'the settings of a gate',
    flag: '--config',
    maxBytes: MAX_BYTES,
    signal,
  });
  const settings = withPathsFrom(folder, parseGateSettings(text, name));
  return { folder, settings, scenarios: await scenariosIn(inFolder('scenarios')) };
}

async function scenariosIn(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(error, 'a scenario', { file: folder, path: '--config' });
  });
  const scenarios = new Map<string, string>();
  for (const file of names.sort()) {
    const [, name] = SCENARIO.exec(file) ?? [];
    if (name === undefined) continue;
    if (scenarios.has(name)) {
      throw new InputError(`there are two scenarios called ${name}: rename one`, { file: folder });
    }
    scenarios.set(name, path.join(folder, file));
  }
  if (scenarios.size > 0) return scenarios;
  throw new InputError('there is no scenario in it: put one there, as NAME.yaml', { file: folder });
}

function withPathsFrom(folder: string, settings: GateSettings): GateSettings {
  const at = (file: string): string => (path.isAbsolute(file) ? file : path.join(folder, file));
  const { tokens, tls } = settings;
  return {
    ...settings,
    state: at(settings.state),
    tokens: tokens === undefined ? undefined : at(tokens),
    tls:
      tls === undefined
        ? undefined
        : {
            cert: at(tls.cert),
            key: at(tls.key),
            'client-ca': tls['client-ca'] === undefined ? undefined : at(tls['client-ca']),
          },
  };
}

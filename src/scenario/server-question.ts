import { InputError } from '../input-error.js';
import { type ContractSources, contractSources, isDescribedByFiles } from './contract-sources.js';
import type { RunLimits } from './run-limits.js';
import { type Scenario, scenarioOf } from './scenario.js';
import type { Settings } from './schema.js';

/** A question about what is served. */
export type ServerQuestion =
  /** Files are asked, as they are given. */
  | { kind: 'files'; sources: ContractSources }
  /** A target is; the scenario says how it is connected to, and asks it nothing but this. */
  | { kind: 'target'; scenario: Scenario };

/** Settings that say how a target is spoken to. */
const CONNECTING = [
  'target',
  'plaintext',
  'cacert',
  'cert',
  'key',
  'servername',
  'skip-verify',
  'resolve',
  'connect-to',
  'connect-timeout',
  'timeout',
  'authority',
  'metadata',
  'header',
  'reflect-header',
  'literal',
  'mask',
  'user-agent',
] as const satisfies readonly (keyof Settings)[];

/** What is called where a target says what it serves. */
const REFLECTION = 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

/**
 * Completes settings to a question about what is served: by the given files, else by the target.
 *
 * @param limits What those allow who may be asked for more.
 * @throws InputError when neither is given, or two settings contradict each other.
 */
export function serverQuestion(settings: Settings, limits: RunLimits): ServerQuestion {
  const sources = contractSources(settings);
  if (isDescribedByFiles(sources)) return { kind: 'files', sources };
  if (settings.target === undefined) {
    throw new InputError(
      'say whom to ask, with its port (localhost:8080), or give the contract with --proto or --protoset',
      { path: 'TARGET' },
    );
  }
  if (/^xds:/i.test(settings.target)) {
    throw new InputError(
      'an xds:/// target is not asked what it serves: ask a pod of it by its address, or give the contract with --proto or --protoset',
      { path: 'TARGET' },
    );
  }
  const connecting = Object.fromEntries(
    CONNECTING.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  ) as Settings;
  return {
    kind: 'target',
    scenario: scenarioOf({ ...connecting, call: REFLECTION }, 'bench', limits),
  };
}

import { InputError } from '../input-error.js';
import type { Settings } from './schema.js';

/** Where the contract of a called service is described; nowhere: it is one of those built in. */
export interface ContractSources {
  /** `.proto` files. */
  protoFiles: readonly string[];
  /** Folders in which `.proto` files and their imports are looked for, after the working folder. */
  importPaths: readonly string[];
  /** Compiled FileDescriptorSets, as `protoc --descriptor_set_out --include_imports` writes them. */
  protosets: readonly string[];
  /** Whether the target alone is asked, by server reflection. */
  reflect: boolean;
}

/** Settings that say it. They are one choice: what a call or a flag says takes the place of all of them. */
const CONTRACT_SETTINGS = ['proto', 'protoset', 'reflect'] as const;

type ContractSettings = Pick<Settings, (typeof CONTRACT_SETTINGS)[number] | 'import-path'>;

/**
 * The contract's sources as settings name them.
 *
 * @throws InputError when they name files, and that the target is asked.
 */
export function contractSources(settings: ContractSettings): ContractSources {
  const { proto = [], protoset = [], reflect = false, 'import-path': importPaths = [] } = settings;
  if (reflect && proto.length + protoset.length > 0) {
    throw new InputError('the target is asked for the contract: drop the files, or this', {
      path: '--reflect',
    });
  }
  return { protoFiles: proto, importPaths, protosets: protoset, reflect };
}

/** Whether files describe it. */
export function isDescribedByFiles({ protoFiles, protosets }: ContractSources): boolean {
  return protoFiles.length + protosets.length > 0;
}

/** Settings without their contract, where others that are laid over them have one. */
export function withoutOtherContract<T extends ContractSettings>(
  under: T,
  over: ContractSettings,
): T {
  if (CONTRACT_SETTINGS.every((name) => over[name] === undefined)) return under;
  const displaced: readonly string[] = CONTRACT_SETTINGS;
  const kept = Object.entries(under).filter(([name]) => !displaced.includes(name));
  return Object.fromEntries(kept) as T;
}

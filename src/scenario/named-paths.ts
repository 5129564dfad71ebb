import { ACCESS_LOG } from './scenario-file.js';
import type { Settings } from './schema.js';
import { isRecordPath } from './weights.js';

/** A file or folder that settings name. */
export interface NamedFile {
  /** Which one names it. */
  setting: string;
  file: string;
  /** Where it stands in the settings: `['calls', 1, 'previous']`. */
  at: readonly PropertyKey[];
}

const CALL_LISTS = ['proto', 'import-path', 'protoset'] as const;
const SINGLES = ['config-dump', 'cacert', 'cert', 'key'] as const;

/** Everything that settings have read; standard input is no file. */
export function namedPaths(settings: Settings): NamedFile[] {
  const own: NamedFile[] = [
    ...listed('manifest', settings.manifest, []),
    ...SINGLES.flatMap((setting) => {
      const file = settings[setting];
      return file === undefined ? [] : [{ setting, file, at: [setting] }];
    }),
    ...ofCall(settings, []),
    ...(settings.calls ?? []).flatMap((call, index) => ofCall(call, ['calls', index])),
  ];
  return own.filter(({ file }) => file !== '-');
}

function listed(
  setting: string,
  files: readonly string[] | undefined,
  at: readonly PropertyKey[],
): NamedFile[] {
  return (files ?? []).map((file, index, all) => {
    // A list of one may be written without being one.
    return { setting, file, at: all.length === 1 ? [...at, setting] : [...at, setting, index] };
  });
}

function ofCall(
  call: Pick<Settings, 'previous' | 'identity' | (typeof CALL_LISTS)[number]>,
  at: readonly PropertyKey[],
): NamedFile[] {
  const { previous, identity } = call;
  return [
    ...CALL_LISTS.flatMap((setting) => listed(setting, call[setting], at)),
    ...(isRecordPath(previous)
      ? [{ setting: 'previous', file: previous, at: [...at, 'previous'] }]
      : []),
    ...(identity?.startsWith(ACCESS_LOG) === true
      ? [{ setting: 'identity', file: identity.slice(ACCESS_LOG.length), at: [...at, 'identity'] }]
      : []),
  ];
}

import type { Options } from 'yargs';

const SAFETY = 'Who allows what:';

const text = (describe: string): Options => ({
  group: SAFETY,
  describe,
  type: 'string',
  requiresArg: true,
});

/** What a scenario cannot say: it may come from somebody else. */
export const SAFETY_OPTIONS = {
  policy: text(
    'YAML or JSON file with bounds that nothing else can loosen; also SPLITPROOF_POLICY',
  ),
  'allow-target': text(
    'Targets that may be connected to: host, *.domain, address or network [all]',
  ),
  'allow-path': text("Folder that a scenario's files may lie in, besides its own"),
} satisfies Record<string, Options>;

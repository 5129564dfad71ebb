import { InputError } from '../input-error.js';
import { type ForeignFlag, type ForeignLine, INSECURE, VERBOSE } from './foreign-flag.js';

/** Go's flags have one dash or two. */
const goNames = (name: string): string[] => [`-${name}`, `--${name}`];

const same = (name: string, example: string | null, note?: string): ForeignFlag => ({
  names: goNames(name),
  example,
  becomes: { kind: 'same', flag: `--${name}`, ...(note === undefined ? {} : { note }) },
});

const refused = (name: string, example: string | null, because: string): ForeignFlag => ({
  names: goNames(name),
  example,
  becomes: { kind: 'refused', because },
});

const seconds = (name: string, note?: string): ForeignFlag => ({
  names: goNames(name),
  example: '5',
  becomes: {
    kind: 'words',
    wordsOf: (value) => [`--${name}=${value}${/^\d+(?:\.\d+)?$/.test(value) ? 's' : ''}`],
    ...(note === undefined ? {} : { note }),
  },
});

/** Commands that show what grpcurl does, and all of it. */
const SHOWING = ['call', 'list', 'describe'];

/** A switch about what is shown: some commands do it anyway, and the others show no answers. */
const shown = (names: readonly string[], note: string, instead: string): ForeignFlag => ({
  names,
  example: null,
  within: ['call'],
  becomes: {
    kind: 'words',
    note,
    wordsOf: (_, { command, flag }: ForeignLine) => {
      if (SHOWING.includes(command ?? '')) return [];
      throw new InputError(instead, { path: flag });
    },
  },
});

const ALTS = 'ALTS is not spoken: use TLS with --cacert, or --plaintext';
const WRITTEN = 'files of a contract are not written: grpcurl does that, and describe shows it';

/** The flags of grpcurl 1.9.4, and what becomes of each. */
export const GRPCURL_FLAGS: readonly ForeignFlag[] = [
  {
    names: goNames('help'),
    example: null,
    becomes: { kind: 'same', flag: '--help' },
  },
  {
    names: goNames('version'),
    example: null,
    becomes: { kind: 'same', flag: '--version' },
  },
  same('plaintext', null),
  refused('insecure', null, INSECURE),
  same('cacert', 'ca.pem'),
  same('cert', 'client.pem'),
  same('key', 'client.key'),
  refused('alts', null, ALTS),
  refused('alts-handshaker-service', 'localhost:1', ALTS),
  refused('alts-target-service-account', 'a@b.example', ALTS),
  same('protoset', 'shop.protoset'),
  same('proto', 'shop.proto'),
  same('import-path', 'protos', 'the working folder comes first, given or not'),
  {
    names: ['-H'],
    example: 'x-user: jack',
    becomes: { kind: 'same', flag: '--header', note: 'Host: is the authority' },
  },
  same('rpc-header', 'x-user: jack'),
  same('reflect-header', 'x-user: jack'),
  same(
    'expand-headers',
    null,
    'headers of the command line alone, and what comes of it is masked in outputs',
  ),
  same('authority', 'grpc.example.com'),
  same('user-agent', 'nightly', "behind this tool's own words, not before"),
  {
    names: ['-d'],
    example: '{"name":"Jack"}',
    becomes: { kind: 'same', flag: '--data', note: '@ reads standard input; @FILE a file as well' },
  },
  {
    // With two dashes it is the format of the report.
    names: ['-format'],
    example: 'json',
    becomes: {
      kind: 'words',
      note: "left out for json; with two dashes it is the report's format",
      wordsOf: (value, { flag }) => {
        if (value === 'json') return [];
        throw new InputError(
          'data are JSON here: write them so with -d, and the format of the report with --format',
          { path: flag },
        );
      },
    },
  },
  refused(
    'allow-unknown-fields',
    null,
    'a field that the contract does not have is a mistake: take it out of the data, or give the newer contract',
  ),
  seconds('connect-timeout', 'a number is of seconds; other units are written with it: 500ms'),
  refused(
    'format-error',
    null,
    'splitproof call shows the status of every answer and its trailers: drop it, or add --format json to that',
  ),
  refused(
    'keepalive-time',
    '30',
    'no pings are sent: under load a connection is never idle, and one that breaks is told',
  ),
  seconds('max-time', 'the deadline of each request; of a stream its length at most'),
  refused(
    'max-msg-sz',
    '4194304',
    "messages of up to 4 MiB are taken, grpcurl's own default; a larger one fails with RESOURCE_EXHAUSTED",
  ),
  shown(
    goNames('emit-defaults'),
    'splitproof call shows them always',
    'answers are counted and not shown: make the call with splitproof call, which shows defaults always',
  ),
  refused('protoset-out', 'out.protoset', WRITTEN),
  refused('proto-out-dir', 'out', WRITTEN),
  refused(
    'msg-template',
    null,
    'describe shows the fields of a message without one: fields that are left out of -d have their default',
  ),
  {
    ...shown(['-v'], 'splitproof call shows all of that', VERBOSE),
    isCurlsToo: true,
  },
  shown(['-vv'], 'splitproof call shows all of that but its single times', VERBOSE),
  same('servername', 'grpc.example.com', 'beside another --authority too'),
  {
    names: goNames('use-reflection'),
    example: null,
    becomes: {
      kind: 'words',
      note: 'as --reflect it asks the target alone, not files as well; =false beside --proto or --protoset, which come first anyway',
      wordsOf: (value, { flag, valueOf }) => {
        if (value !== 'false') return ['--reflect'];
        const files = ['proto', 'protoset'].flatMap(goNames);
        if (valueOf(files) !== null) return [];
        throw new InputError(
          'the target is asked where no file describes the call: give the contract with --proto or --protoset',
          { path: flag },
        );
      },
    },
  },
  refused('unix', null, 'write the target as unix:/PATH, and drop this'),
];

import { InputError } from '../input-error.js';
import { parseDurationMs } from '../scenario/duration.js';
import { type ForeignFlag, type ForeignLine, INSECURE, VERBOSE } from './foreign-flag.js';

/** @param flag Its name here; null: the same. */
const same = (
  names: readonly [string, ...string[]],
  example: string | null,
  { flag = names[0], note }: { flag?: string; note?: string } = {},
): ForeignFlag => ({
  names,
  example,
  becomes: { kind: 'same', flag, ...(note === undefined ? {} : { note }) },
});

const words = (
  names: readonly string[],
  example: string | null,
  wordsOf: (value: string, line: ForeignLine) => string[],
  note?: string,
): ForeignFlag => ({
  names,
  example,
  becomes: { kind: 'words', wordsOf, ...(note === undefined ? {} : { note }) },
});

const refused = (
  names: readonly string[],
  example: string | null,
  because: string,
): ForeignFlag => ({ names, example, becomes: { kind: 'refused', because } });

const nothing = (
  names: readonly string[],
  example: string | null,
  because: string,
): ForeignFlag => ({ names, example, becomes: { kind: 'nothing', because } });

/** Its letter has another meaning to curl's users. */
const curlsToo = (flag: ForeignFlag): ForeignFlag => ({ ...flag, isCurlsToo: true });

/** A flag of which one value is what is done here anyway. */
const only = (names: readonly string[], value: string, instead: string): ForeignFlag =>
  words(
    names,
    value,
    (given, { flag }) => {
      if (given === value) return [];
      throw new InputError(instead, { path: flag });
    },
    `left out for ${value}; else refused: ${instead}`,
  );

const STEPS =
  'the rate of a run is one: make a run for each, as -r 100 -z 10s and then -r 200 -z 10s';
const WORKER_STEPS =
  'what is in flight is one number for a run: make a run for each, as -c 10 -z 10s and then -c 20 -z 10s';
const BINARY =
  'data are JSON here: decode the message (protoc --decode, or buf convert), and give it with -d';
const TEMPLATES =
  'templates are not evaluated: every message of a stream is one of those in --data';
const LIMITS =
  'messages of up to 4 MiB are taken, the usual limit of gRPC: it cannot be set; drop it';

/** Reports by the names that ghz has for them. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['summary', 'console'],
  ['pretty', 'json'],
]);

function formatOf(value: string, { flag }: ForeignLine): string {
  if (!value.startsWith('influx')) return FORMATS.get(value) ?? value;
  throw new InputError('lines of InfluxDB are not written: take json, which has all figures', {
    path: flag,
  });
}

/** A JSON object of texts as `name: value` each, or with another sign between. */
function pairsOf(value: string, flag: string, between: string): string[] {
  let pairs: unknown;
  try {
    pairs = JSON.parse(value);
  } catch {
    pairs = null;
  }
  if (typeof pairs === 'object' && pairs !== null && !Array.isArray(pairs)) {
    const entries = Object.entries(pairs as Record<string, unknown>);
    if (entries.every(([, one]) => typeof one === 'string')) {
      return entries.map(([name, one]) => `${name}${between}${one as string}`);
    }
  }
  // The texts may be secrets: they are not repeated.
  throw new InputError('write a JSON object of texts, such as {"env": "staging"}', { path: flag });
}

/** The flags of ghz 0.93.0, those of later versions up to 0.121.0 and some of earlier ones, and what becomes of each. */
export const GHZ_FLAGS: readonly ForeignFlag[] = [
  refused(
    ['--config'],
    'ghz.json',
    'settings stand in a scenario: write the names of its keys and their values as YAML, and give that with --scenario FILE',
  ),
  same(['--proto'], 'shop.proto'),
  same(['--protoset'], 'shop.protoset'),
  same(['--call'], 'helloworld.Greeter.SayHello'),
  words(
    ['--import-paths'],
    'protos,vendor',
    (value) => value.split(',').map((folder) => `--import-path=${folder}`),
    'each by itself',
  ),
  curlsToo(
    words(['-i'], 'protos,vendor', (value) =>
      value.split(',').map((folder) => `--import-path=${folder}`),
    ),
  ),
  same(['--cacert'], 'ca.pem'),
  same(['--cert'], 'client.pem'),
  same(['--key'], 'client.key'),
  same(['--cname'], 'grpc.example.com', { flag: '--servername' }),
  words(['--skipTLS'], null, (value) => (value === 'false' ? [] : ['--skip-verify'])),
  refused(['--insecure'], null, INSECURE),
  same(['--authority'], 'grpc.example.com', { note: 'with TLS too' }),
  {
    within: ['bench', '-r', '1000'],
    ...words(
      ['--async'],
      null,
      (_, { flag, valueOf }) => {
        if (valueOf(['--rps', '-r', '--qps']) !== null) return [];
        throw new InputError(
          'requests are sent without waiting for answers where their rate is given: add -r 1000',
          { path: flag },
        );
      },
      'left out beside -r, which does not wait for answers unless --concurrency are in flight',
    ),
  },
  same(['--rps', '-r'], '1000', {
    note: 'on schedule, whatever the target does: latencies count from when a request was due',
  }),
  words(['--qps'], '1000', (value) => [`--rps=${value}`], 'of versions before 0.70'),
  refused(
    ['-q'],
    '1000',
    'it was requests per second to older versions of ghz, and is that of each worker to hey: write -r 1000, of all together',
  ),
  only(['--load-schedule'], 'const', STEPS),
  refused(['--load-start'], '100', STEPS),
  refused(['--load-step'], '10', STEPS),
  refused(['--load-end'], '500', STEPS),
  refused(['--load-step-duration'], '5s', STEPS),
  refused(['--load-max-duration'], '60s', STEPS),
  same(['--concurrency', '-c'], '50', { note: '64 unless told, not 50' }),
  only(['--concurrency-schedule'], 'const', WORKER_STEPS),
  refused(['--concurrency-start'], '10', WORKER_STEPS),
  refused(['--concurrency-end'], '50', WORKER_STEPS),
  refused(['--concurrency-step'], '10', WORKER_STEPS),
  refused(['--concurrency-step-duration'], '5s', WORKER_STEPS),
  refused(['--concurrency-max-duration'], '60s', WORKER_STEPS),
  same(['--total', '-n'], '200', {
    flag: '--requests',
    note: 'verify plans it from the weights, and bench runs for 10 s, unless told',
  }),
  same(['--timeout', '-t'], '20s', { note: '10s unless told, not 20s; never endless' }),
  same(['--duration', '-z'], '10s', { note: 'beside -n whichever comes first' }),
  words(['--max-duration'], '10s', (value) => [`--duration=${value}`]),
  curlsToo(
    words(['-x'], '10s', (value, { flag }) => {
      if (parseDurationMs(value) !== undefined) return [`--duration=${value}`];
      throw new InputError(
        'it is the longest duration to ghz, such as 10s, and a proxy to curl: write -z 10s; proxies are not used',
        { path: flag },
      );
    }),
  ),
  only(
    ['--duration-stop'],
    'wait',
    'what was sent is awaited to its deadline, as wait does: drop it, and shorten that with -t',
  ),
  same(['--data', '-d'], '{"name":"Jack"}', {
    note: '@ reads standard input, @FILE a file; templates are refused',
  }),
  words(['--data-file'], 'data.json', (value) => [`--data=@${value}`]),
  curlsToo(words(['-D'], 'data.json', (value) => [`--data=@${value}`])),
  refused(['--binary'], null, BINARY),
  curlsToo(refused(['-b'], null, BINARY)),
  refused(['--binary-file'], 'data.bin', BINARY),
  curlsToo(refused(['-B'], 'data.bin', BINARY)),
  same(['--metadata', '-m'], '{"x-user":"jack"}', { note: 'templates are refused' }),
  words(['--metadata-file'], 'metadata.json', (value) => [`--metadata=@${value}`]),
  curlsToo(words(['-M'], 'metadata.json', (value) => [`--metadata=@${value}`])),
  same(['--stream-interval'], '100ms'),
  refused(
    ['--stream-call-duration'],
    '5s',
    'a stream ends after its messages: say how many with --stream-count, and the time between them with --stream-interval; --timeout is its longest',
  ),
  words(
    ['--stream-call-count'],
    '10',
    (value) => [`--stream-count=${value}`],
    'messages that are sent: a stream of answers goes on to its end',
  ),
  refused(['--stream-dynamic-messages'], null, TEMPLATES),
  words(['--reflect-metadata'], '{"x-user":"jack"}', (value, { flag }) =>
    pairsOf(value, flag, ': ').map((line) => `--reflect-header=${line}`),
  ),
  words(
    ['--output', '-o'],
    'report.json',
    (value, line) => {
      const format = line.valueOf(['-O']);
      return [`--output=${format === null ? '' : `${formatOf(format, line)}:`}${value}`];
    },
    'in the format of its extension, or of -O; standard output has the report as well',
  ),
  words(
    ['--format'],
    'summary',
    (value, line) => [`--format=${formatOf(value, line)}`],
    'summary is console, pretty is json, the others are called the same',
  ),
  curlsToo(
    words(
      ['-O'],
      'pretty',
      (value, line) =>
        line.valueOf(['-o', '--output']) === null ? [`--format=${formatOf(value, line)}`] : [],
      'as --format; beside -o the format of that file',
    ),
  ),
  words(
    ['--skipFirst'],
    '100',
    (value) => (value === '0' ? [] : [`--warmup=${value}`]),
    'sent before the sample and beside -n, not taken from it',
  ),
  refused(
    ['--count-errors'],
    null,
    'failures are not mixed into the latencies of answers: the record has theirs beside them (latencyMs.failed)',
  ),
  same(['--connections'], '4', { note: '32 unless told, not 1' }),
  same(['--connect-timeout'], '10s'),
  refused(
    ['--keepalive'],
    '30s',
    'no pings are sent: under load a connection is never idle, and one that breaks is told',
  ),
  words(
    ['--cpus'],
    '2',
    (value) => [`--workers=${value}`],
    'threads that send; 1 unless told, not one for each core',
  ),
  refused(
    ['--debug'],
    'ghz.log',
    'no log is written: make the call with splitproof call, which shows all of it',
  ),
  refused(['--enable-compression'], null, 'requests are not compressed: drop it'),
  curlsToo(refused(['-e'], null, 'requests are not compressed: drop it')),
  only(
    ['--lb-strategy'],
    'round_robin',
    'every address of the target is connected to, and connections are dealt out in turn: drop it, or name one address as the target',
  ),
  refused(['--max-recv-message-size'], '8mb', LIMITS),
  refused(['--max-send-message-size'], '8mb', 'data of up to 64 MiB are sent: drop it'),
  same(['--name'], 'nightly'),
  words(['--tags'], '{"env":"staging"}', (value, { flag }) =>
    pairsOf(value, flag, '=').map((one) => `--label=${one}`),
  ),
  nothing(
    ['--disable-template-functions'],
    null,
    'no function is called, but a template in data is refused unless --literal is given',
  ),
  words(['--disable-template-data'], null, () => ['--literal']),
  same(['--help', '-h'], null),
  same(['--version'], null),
  curlsToo(refused(['-v'], null, VERBOSE)),
];

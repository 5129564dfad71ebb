import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Options } from 'yargs';
import { commandFirst } from '../../src/cli/command-first.js';
import { readCommandLine } from '../../src/cli/command-line.js';
import { refuseTypographicDashes } from '../../src/cli/typographic-dashes.js';
import { HTTP_OPTIONS, OUTPUT_OPTIONS, SETTING_OPTIONS } from '../../src/cli/verify-options.js';
import { InputError } from '../../src/input-error.js';

/** What is read, without what no command looks at. */
function read(words: readonly string[]): { command: string; args: Record<string, unknown> } {
  const call = readCommandLine(words);
  assert.ok(call);
  const { command, args } = call;
  const given = Object.entries(args).filter(([name, value]) => {
    return name !== '_' && name !== '$0' && value !== undefined;
  });
  return { command, args: Object.fromEntries(given) };
}

const LINES: [string[], Record<string, unknown>][] = [
  [['verify'], {}],
  [
    ['bench', '--plaintext', '-d', '{"name":"Jack"}', ':8080', 'helloworld.Greeter/SayHello'],
    {
      plaintext: true,
      data: '{"name":"Jack"}',
      request: [':8080', 'helloworld.Greeter/SayHello'],
    },
  ],
  [
    ['bench', '-n', '300000', '--format', 'json', '-c', '128', '--connections=4', ':8080', 'a.B/C'],
    {
      ...{ requests: 300_000, format: 'json', concurrency: 128, connections: 4 },
      request: [':8080', 'a.B/C'],
    },
  ],
  [
    ['bench', '-r', '0.5', '-z', '30s', '--threshold', 'p99<50ms', '--seed', '7', ':8080'],
    { seed: 7, rps: 0.5, duration: '30s', threshold: 'p99<50ms', request: [':8080'] },
  ],
  [
    ['verify', '--weights=v1=90,v2=10', '--data="quoted"', ':8080', '--tolerance', '0'],
    { weights: 'v1=90,v2=10', data: '"quoted"', request: [':8080'], tolerance: '0' },
  ],
  [
    ['verify', '-H', 'a: 1', '-H', 'b: 2', '--mask', 'x-token', '--mask', 'x-key', ':8080'],
    { header: ['a: 1', 'b: 2'], mask: ['x-token', 'x-key'], request: [':8080'] },
  ],
  [
    ['verify', '-X', 'PUT', '-kI', 'http://shop/cart', '--http-version=2'],
    {
      ...{ method: 'PUT', 'skip-verify': true, head: true, 'http-version': '2' },
      request: ['http://shop/cart'],
    },
  ],
  [['verify', '-f', '-', ':8080'], { manifest: '-', request: [':8080'] }],
  [['bench', '-n5', ':8080'], { requests: 5, request: [':8080'] }],
  [['bench', '-n', '5', '-n', '6', ':8080'], { requests: [5, 6], request: [':8080'] }],
  [['verify', '--no-quiet', ':8080'], { quiet: false, request: [':8080'] }],
  [['verify', '--quiet', '--', ':8080', 'a.B/C'], { quiet: true, request: [':8080', 'a.B/C'] }],
  [['verify', ':8080', '-n', '5', '--', 'a.B/C'], { requests: 5, request: [':8080', 'a.B/C'] }],
  [['report', '--', 'run.json'], { run: 'run.json' }],
  [['plan', '-n', '1000'], { requests: 1000 }],
  [['explain', ':8080', 'a.B/C'], { request: [':8080', 'a.B/C'] }],
  [['report', 'run.json'], { run: 'run.json' }],
  [['merge', 'one.json', 'two.json'], { runs: ['one.json', 'two.json'] }],
  [['demo', '--port', '8080'], { scenario: 'greeter', port: 8080 }],
  [['demo', 'echo', '--serve'], { scenario: 'echo', serve: true }],
];

/** Other names of flags, which users bring from ghz and grpcurl. */
const ALIASES: Record<string, string[]> = {
  manifest: ['-f'],
  namespace: ['-N'],
  'all-namespaces': ['-A'],
  data: ['-d'],
  'import-path': ['--import-paths'],
  metadata: ['-m'],
  header: ['-H'],
  user: ['-u'],
  'skip-verify': ['-k'],
  servername: ['--cname'],
  method: ['-X'],
  head: ['-I'],
  requests: ['-n', '--total'],
  duration: ['-z'],
  concurrency: ['-c'],
  rps: ['-r'],
  timeout: ['-t', '--max-time'],
  output: ['-o'],
};

/** Each: the words, and what the message must say. */
const MISTAKES: [string[], RegExp][] = [
  [['verfy'], /there is no command "verfy": did you mean verify\?/],
  [['--format', 'json', 'bnech', ':8080'], /there is no command "bnech": did you mean bench\?/],
  [['nonsense'], /the first word is no command: there are verify, bench, .* and completion;/],
  [['help', 'exlain'], /there is no command "exlain": did you mean explain\?/],
  [['--plaintext', ':8080', 'a.B/C'], /give a command: verify or bench, before flags and TARGET/],
  [['localhost:8080', 'a.B/C'], /give a command: verify or bench/],
  [['http://x/y'], /give a command: verify or bench/],
  [['bench', '--nonsense', ':8080'], /: --nonsense is not known; splitproof bench --help/],
  [['bench', '--nonsense', '--more'], /: --nonsense is not known;/],
  [['verify', '--plaintxt', ':8080'], /--plaintxt is not known: did you mean --plaintext\?/],
  [['verify', '-plaintxt', ':8080'], /-plaintxt is not known: did you mean --plaintext\?/],
  [['verify', '-authorty', 'x'], /-authorty is not known: did you mean --authority\?/],
  [['verify', '-plaintxth', ':8080'], /-plaintxth is not known: did you mean --plaintext\?/],
  [['verify', '--weight', 'v1=1'], /--weight is not known: did you mean --weights\?/],
  [['verify', '--no-quit'], /--no-quit is not known: did you mean --no-quiet\?/],
  [['verify', '-y', ':8080'], /: -y is not known;/],
  [['bench', '-n'], /: -n needs a number behind it;/],
  [['bench', '-d'], /: -d needs a value behind it;/],
  [['bench', '--engine'], /: --engine needs a value: h2 or grpc-js;/],
  [
    ['verify', '--identity-pattern', '-(v1)-', ':8080'],
    /--identity-pattern needs a value, and one that begins with a dash is written --identity-pattern='-…'/,
  ],
  [['bench', '--engine', 'curl', ':8080'], /: --engine: "curl" is none of h2, grpc-js;/],
  [['bench', '--engine', 'gprc-js'], /none of h2, grpc-js: did you mean grpc-js\?;/],
  [['verify', '--format', 'jsn'], /: --format: "jsn" is none of .*: did you mean json\?;/],
  [['verify', '--inconclusive', 'ok'], /--inconclusive: "ok" is none of fail, pass, report;/],
  [['verify', '--protocol', 'grpcweb'], /did you mean grpc-web\?/],
  [['completion', 'csh'], /SHELL: "csh" is none of bash, zsh, fish: did you mean zsh\?/],
  [['bench', '--alpha', '0.01', ':8080'], /--alpha is not of bench, but of verify, .* and demo;/],
  [['verify', '--toString', 'x'], /--toString is not known;/],
  [['call', '--passive', ':8080'], /--passive is not of call, but of verify;/],
  [['report'], /a word is missing: splitproof report <run>/],
  [
    ['gate', 'gate/'],
    /: --config is missing: name the folder of the gate, such as --config gate\/;/,
  ],
  [['report', 'a', 'b'], /a word is too many: splitproof report <run>/],
  [['explain', '--instrument=header', '--strict'], /--instrument and --strict exclude each other/],
];

/** Words that may hold a token, which no message may repeat. */
const TOKENS: string[][] = [
  ['eyJhbGciOi.s3cr3t'],
  ['verify', '-ps3cr3t', ':8080'],
  ['verify', '--s3cr3t/with+more', ':8080'],
  ['report', 'a', 's3cr3t'],
  ['verify', '--engine', 's3cr3t/s3cr3t=='],
  ['verify', '-H', 'authorization:', '--s3cr3t'],
  ['verify', '-H', 'authorization:', 's3cr3t', ':8080'],
  ['verify', ':8080', 'a.B/C', '-H', 'authorization:', 's3cr3t'],
  ['verify', ':8080', 'a.B/C', '--header=authorization:', 'Bearer', 's3cr3t'],
  ['verify', ':8080', 'a.B/C', '--rpc-header', 'authorization:', 's3cr3t/s3cr3t=='],
  ['call', '-Hauthorization:', 's3cr3t', ':8080'],
];

/** Words whose command does not stand first, and what is read. */
const LATE_COMMANDS: [string[], string[]][] = [
  [
    ['--format', 'json', 'verify', ':8080'],
    ['verify', '--format', 'json', ':8080'],
  ],
  [
    ['--plaintext', 'verify', ':8080'],
    ['verify', '--plaintext', ':8080'],
  ],
  [
    ['-plaintext', 'x:8787', 'list'],
    ['list', '-plaintext', 'x:8787'],
  ],
  [
    ['x:8787', 'describe', 'a.B'],
    ['describe', 'x:8787', 'a.B'],
  ],
  [
    ['--name', 'verify', '-d', 'list', 'bench', ':8080'],
    ['bench', '--name', 'verify', '-d', 'list', ':8080'],
  ],
  [
    ['--plaintext', ':8080', '--', 'list'],
    ['--plaintext', ':8080', '--', 'list'],
  ],
  [
    ['s3cr3t', 'verify'],
    ['s3cr3t', 'verify'],
  ],
  [
    ['verify', ':8080', 'list'],
    ['verify', ':8080', 'list'],
  ],
];

/** Each: curl's words, and what is told in their place. */
const OF_CURL: [string[], RegExp][] = [
  [
    ['verify', 'http://x/y', '-b', 'a=b'],
    /-b is curl’s: a cookie is a header here: -H 'cookie: NAME=VALUE'$/,
  ],
  [['verify', 'http://x/y', '-sSL'], /-s is curl’s: leave it out/],
  [['bench', 'http://x/y', '--compressed'], /--compressed is curl’s: .*accept-encoding: gzip/],
  [['explain', 'http://x/y', '--http1.1'], /--http1 is curl’s: write it as --http-version 1\.1$/],
];

describe('the command line', () => {
  for (const [words, args] of LINES) {
    it(`is read: ${words.join(' ')}`, () => {
      assert.deepEqual(read(words), { command: words[0], args });
    });
  }

  for (const [words, ordered] of LATE_COMMANDS) {
    it(`takes what stands before the command, too: ${words.join(' ')}`, () => {
      assert.deepEqual(commandFirst(words), ordered);
    });
  }

  it('has the other names that users know, and no others', () => {
    const options: Record<string, Options> = {
      ...SETTING_OPTIONS,
      ...HTTP_OPTIONS,
      ...OUTPUT_OPTIONS,
    };
    const found = Object.entries(options).flatMap(([name, { alias }]) =>
      alias === undefined ? [] : [[name, [alias].flat().map(dashed)] as const],
    );
    assert.deepEqual(Object.fromEntries(found), ALIASES);
    for (const [name, aliases] of Object.entries(ALIASES)) {
      for (const alias of aliases) {
        assert.deepEqual(read(['verify', alias, '5']), read(['verify', `--${name}`, '5']));
      }
    }
  });

  for (const [words, expected] of OF_CURL) {
    it(`tells users of curl what to write: ${words.join(' ')}`, () => {
      assert.throws(() => readCommandLine(words), expected);
    });
  }

  for (const [words, expected] of MISTAKES) {
    it(`is refused in one line: ${words.join(' ')}`, () => {
      assert.throws(
        () => readCommandLine(words),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.match(error.message, expected);
          assert.match(
            error.message,
            /^command line: [^\n]+; splitproof (?:[a-z]+ )?--help lists what there is$/,
          );
          return true;
        },
      );
    });
  }

  for (const words of TOKENS) {
    it(`repeats nothing that may be a token: ${words.join(' ')}`, () => {
      assert.throws(
        () => readCommandLine(words),
        ({ message }: Error) => !message.includes('s3cr3t'),
      );
    });
  }

  it('runs nothing, and shows nothing, where the command is no first word', () => {
    for (const words of [
      ['--', 'verify', ':8080'],
      ['--plaintext', 'verify'],
      ['-xh', 'verify'],
    ]) {
      assert.throws(() => readCommandLine(words), InputError);
    }
  });

  it('takes a header without a value, and TARGET behind it', () => {
    for (const target of [':8080', 'x:8080', 'http://x/y', 'unix:/x', '[::1]:8080', 'a.B/C']) {
      const call = readCommandLine(['verify', '-H', 'x-empty:', target]);
      assert.deepEqual(call?.args.request, [target]);
    }
  });

  it('names dashes that a word processor made', () => {
    for (const word of [
      '–plaintext',
      '—plaintext',
      '−−plaintext',
      '--import–path',
      '–H',
      '—weights=x',
    ]) {
      assert.throws(() => {
        refuseTypographicDashes(['verify', word]);
      }, /^InputError: command line: \S+ has a dash that is not the keyboard's, .*: write --?(plaintext|import-path|H|weights)$/);
    }
    // What is no flag is somebody's value.
    refuseTypographicDashes(['verify', '-d', '– a list', '–', '--', '–plaintext', '-é']);
  });

  it('is read or refused, whatever the words are', () => {
    const flags = Object.entries<Options>({
      ...SETTING_OPTIONS,
      ...HTTP_OPTIONS,
      ...OUTPUT_OPTIONS,
    }).flatMap(([name, { alias = [] }]) => [name, ...[alias].flat()].map(dashed));
    const value = fc.oneof(
      fc.constantFrom('5', '0', '-1', '1.5', '1e3', '007', '', '-', '--', 'true', 'json', 'h2'),
      fc.constantFrom('"x"', "'x'", 'a=b', '{"a":1}', ':8080', 'a.B/C', '__proto__', 'fail'),
      fc.string({ maxLength: 6 }),
    );
    const flag = fc.constantFrom(...flags, '--scenario', '--unknown', '--UP', '--no-color');
    const word = fc.oneof(
      flag.map((one) => [one]),
      fc.tuple(flag, value),
      fc.tuple(flag, value).map(([name, given]) => [`${name}=${given}`]),
      value.map((one) => [one]),
    );
    const words = fc
      .tuple(
        fc.constantFrom('verify', 'bench', 'explain', 'merge'),
        fc.array(word, { maxLength: 5 }),
      )
      .map(([command, rest]) => [command, ...rest.flat()])
      // Asking for help prints it.
      .filter((all) => !all.some((one) => /^-+(?:h|v|V)/.test(one)));
    fc.assert(
      fc.property(words, (all) => {
        try {
          assert.equal(readCommandLine(all)?.command, all[0]);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          assert.doesNotMatch(error.message, /\n/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function dashed(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}

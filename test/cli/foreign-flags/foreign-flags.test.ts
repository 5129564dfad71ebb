import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { format, resolveConfig } from 'prettier';
import type { Options } from 'yargs';
import { readCommandLine } from '../../../src/cli/command-line.js';
import { foreignFlags } from '../../../src/cli/foreign-flags.js';
import { GHZ_FLAGS } from '../../../src/cli/ghz-flags.js';
import { GRPCURL_FLAGS } from '../../../src/cli/grpcurl-flags.js';
import { HTTP_OPTIONS, OUTPUT_OPTIONS, SETTING_OPTIONS } from '../../../src/cli/verify-options.js';
import { InputError } from '../../../src/input-error.js';
import { ROOT } from '../../fixtures/command.js';
import { instead, lineOf, PAGES, pageText } from './page.js';

/** Each: words as users of grpcurl and ghz type them, and what becomes of them. */
const CASES: [string, string][] = [
  ['-plaintext -d {} -H a:b', '--plaintext -d {} -H a:b'],
  ['-cacert ca.pem -cert c.pem -key k.pem', '--cacert ca.pem --cert c.pem --key k.pem'],
  ['-authority=foo -import-path proto', '--authority=foo --import-path proto'],
  ['-plaintext=false', '--plaintext=false'],
  ['-max-time 5', '--max-time=5s'],
  ['-max-time=1.5', '--max-time=1.5s'],
  ['--max-time 5', '--max-time=5s'],
  ['-max-time 500ms -n 5', '--max-time=500ms -n 5'],
  ['-connect-timeout 2', '--connect-timeout=2s'],
  ['--connect-timeout 10s', '--connect-timeout=10s'],
  ['-use-reflection', '--reflect'],
  ['-use-reflection=true', '--reflect'],
  ['-use-reflection=false -proto a.proto', '--proto a.proto'],
  ['-format json -d {}', '-d {}'],
  ['-format=json', ''],
  ['-alts=false', ''],
  ['--skipTLS', '--skip-verify'],
  ['-x 10s', '--duration=10s'],
  ['--max-duration=10s -n 5', '--duration=10s -n 5'],
  ['-D data.json', '--data=@data.json'],
  ['-x10s -n100', '--duration=10s -n100'],
  ['-D./data.json -Ojson', '--data=@./data.json --format=json'],
  ['-importpath a', '-importpath a'],
  ['-M metadata.json', '--metadata=@metadata.json'],
  ['-i a,b', '--import-path=a --import-path=b'],
  ['-O summary', '--format=console'],
  ['-O html -o a.dat', '--output=html:a.dat'],
  ['-o a.dat -O pretty', '--output=json:a.dat'],
  ['-o a.json', '--output=a.json'],
  ['--rps 5 --async', '--rps 5'],
  ['--load-schedule const', ''],
  ['--duration-stop=wait', ''],
  ['--skipFirst 0', ''],
  ['--skipFirst 5', '--warmup=5'],
  ['--cpus 2', '--workers=2'],
  ['--reflect-metadata {"a":"1","b":"2"}', '--reflect-header=a: 1 --reflect-header=b: 2'],
  ['--disable-template-data', '--literal'],
  ['--name nightly', '--name nightly'],
  ['--tags {"env":"staging","team":"a=b"}', '--label=env=staging --label=team=a=b'],
  ['http://shop/x -x proxy:1', 'http://shop/x -x proxy:1'],
  ['http://shop/x -D - -v', 'http://shop/x -D - -v'],
  ['-n 10 -- -plaintext -x', '-n 10 -- -plaintext -x'],
];

/** Each: words, and what is told of them. */
const MISTAKES: [string, RegExp][] = [
  ['-x proxy:3128', /^-x: it is the longest duration to ghz, .* and a proxy to curl/],
  ['--insecure', /^--insecure: it means plaintext to ghz and "skip verification" to grpcurl/],
  ['-insecure=true', /^-insecure: it means plaintext/],
  ['--async -n 5', /^--async: .* add -r 1000$/],
  ['-format text', /^-format: data are JSON here/],
  ['--load-schedule step', /^--load-schedule: the rate of a run is one/],
  ['--load-schedule', /^--load-schedule: it needs a value$/],
  ['-use-reflection=false', /^-use-reflection: .* --proto or --protoset$/],
  ['-O influx-summary', /^-O: lines of InfluxDB/],
  ['--reflect-metadata ["secret"]', /^--reflect-metadata: write a JSON object of texts, such as/],
  ['--tags {"env":1}', /^--tags: write a JSON object of texts, such as/],
  ['-v', /^-v: it shows the version to ghz, and more of an answer to grpcurl/],
];

describe('words of ghz and grpcurl', () => {
  for (const [typed, expected] of CASES) {
    it(typed, () => {
      const words = typed.split(' ');
      assert.equal(
        foreignFlags(['verify', ...words])
          .slice(1)
          .join(' '),
        expected,
      );
    });
  }
  for (const [typed, message] of MISTAKES) {
    it(`${typed} is refused`, () => {
      assert.throws(
        () => foreignFlags(['verify', ...typed.split(' ')]),
        (error) => {
          return error instanceof InputError && message.test(error.message);
        },
      );
    });
  }
});

const TABLES = { ghz: GHZ_FLAGS, grpcurl: GRPCURL_FLAGS } as const;

/** What the option reader makes of a line, without what is absent. */
function read(words: readonly string[]): Record<string, unknown> {
  const call = readCommandLine(foreignFlags(words));
  assert.ok(call);
  const given = Object.entries(call.args).filter(
    ([name, value]) => name !== '_' && name !== '$0' && value !== undefined,
  );
  return Object.fromEntries(given);
}

/** Print and end. */
const PRINTED = ['--help', '--version'];

for (const [tool, flags] of Object.entries(TABLES)) {
  describe(`every flag of ${tool}`, () => {
    for (const flag of flags) {
      const { names, example, becomes, within = ['verify'] as const } = flag;
      for (const name of names) {
        it(`${name} ${becomes.kind}`, () => {
          const line = lineOf(flag, name);
          switch (becomes.kind) {
            case 'refused':
              assert.throws(() => foreignFlags(line), {
                name: 'InputError',
                message: `${name}: ${becomes.because}`,
              });
              return;
            case 'nothing':
              assert.deepEqual(read(line), read(within));
              return;
            case 'same': {
              if (PRINTED.includes(becomes.flag)) {
                assert.ok([becomes.flag, name].includes(foreignFlags(line)[1] ?? ''));
                return;
              }
              const own = [becomes.flag, ...(example === null ? [] : [example])];
              assert.deepEqual(read(line), read([...within, ...own]));
              assert.notDeepEqual(read(line), read(within));
              return;
            }
            case 'words':
              assert.deepEqual(read(line), read([...within, ...instead(flag)]));
          }
        });
      }
    }

    it('has a line of its own', () => {
      const names = flags.flatMap((flag) => flag.names);
      assert.deepEqual(names, [...new Set(names)]);
    });

    it('is told of by flags that there are', () => {
      const options: Record<string, Options> = {
        ...SETTING_OPTIONS,
        ...HTTP_OPTIONS,
        ...OUTPUT_OPTIONS,
      };
      const known = new Set(
        Object.entries(options).flatMap(([name, { alias = [] }]) =>
          [name, ...[alias].flat()].map((one) => (one.length === 1 ? `-${one}` : `--${one}`)),
        ),
      );
      const foreign = new Set([
        '--scenario',
        '--version',
        '--decode',
        ...flags.flatMap(({ names }) => names),
      ]);
      for (const { becomes } of flags) {
        const text = ('because' in becomes ? becomes.because : becomes.note) ?? '';
        for (const [, named = ''] of text.matchAll(/(?<![\w-])(--?[a-z][a-z-]*)/gi)) {
          assert.ok(known.has(named) || foreign.has(named), `${named} in: ${text}`);
        }
      }
    });
  });
}

describe('the tables', () => {
  for (const version of ['0.93.0', '0.121.0']) {
    it(`have every flag of ghz ${version}`, () => {
      const file = path.join(ROOT, `test/data/ghz-${version}-flags.txt`);
      const upstream = readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
      assert.ok(upstream.length > 70);
      const known = new Set(GHZ_FLAGS.flatMap(({ names }) => names));
      assert.deepEqual(
        upstream.filter((name) => !known.has(name)),
        [],
      );
    });
  }

  it('have every flag that grpcurl itself shows', () => {
    const { stderr: help } = spawnSync(path.join(ROOT, '.parts/grpcurl'), ['-help'], {
      encoding: 'utf8',
    });
    const upstream = [...help.matchAll(/^ {2}(-[A-Za-z][\w-]*)/gm)].map(([, name = '']) => name);
    assert.ok(upstream.length > 35, help);
    const known = new Set(GRPCURL_FLAGS.flatMap(({ names }) => names));
    assert.deepEqual(
      upstream.filter((name) => !known.has(name)),
      [],
    );
  });

  for (const page of PAGES) {
    it(`make ${page.file}`, async () => {
      const file = path.join(ROOT, page.file);
      const config = await resolveConfig(file);
      const made = await format(pageText(page), { ...config, parser: 'markdown' });
      assert.equal(readFileSync(file, 'utf8'), made, 'write it with: node scripts/flag-pages.mjs');
    });
  }
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { bashScript } from '../../src/cli/completion/bash.js';
import { completions, FILE_FLAGS, FOLDER_FLAGS } from '../../src/cli/completion/completions.js';
import { fishScript } from '../../src/cli/completion/fish.js';
import { zshScript } from '../../src/cli/completion/zsh.js';

const run = promisify(execFile);

/** Each: a line up to the cursor, what must be offered, and what must not. */
const LINES: [line: string, offered: string[], not: string[]][] = [
  ['splitproof ver', ['verify'], ['bench']],
  ['splitproof ', ['verify', 'completion', 'help'], ['run.json']],
  ['splitproof help pl', ['plan'], ['verify']],
  ['splitproof verify --wei', ['--weights'], ['--weight', '--header']],
  ['splitproof bench --tol', [], ['--tolerance']],
  ['splitproof bench --engine ', ['h2', 'grpc-js'], ['run.json']],
  ['splitproof bench --engine=g', ['grpc-js'], ['h2']],
  ['splitproof report ', ['run.json', 'two words.json'], ['--format']],
  ['splitproof verify --cacert r', ['run.json'], ['manifests']],
  ['splitproof verify -f man', ['manifests'], ['run.json']],
  ['splitproof verify --import-path ', ['manifests'], ['run.json']],
  ['splitproof verify --namespace ', [], ['run.json', 'h2']],
  ['splitproof demo boo', ['bookinfo'], ['echo']],
  ['splitproof demo --fault dr', ['drift'], ['clock']],
  ['splitproof demo echo --form', ['--format'], ['--weights']],
  ['splitproof completion z', ['zsh'], ['bash']],
];

/** What a shell offers, and the line behind TAB; null where none is edited. */
interface Offered {
  words: string[];
  line: string | null;
}

describe('the completion of words', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-completion-'));
  const script = (shell: string): string => path.join(folder, '.scripts', shell);
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, LC_ALL: 'C.UTF-8' };

  before(() => {
    mkdirSync(path.join(folder, '.scripts'));
    mkdirSync(path.join(folder, 'manifests'));
    for (const name of ['run.json', 'two words.json']) writeFileSync(path.join(folder, name), '');
    writeFileSync(script('bash'), bashScript(completions()));
    writeFileSync(script('zsh'), zshScript(completions()));
    writeFileSync(script('fish'), fishScript(completions()));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const started = async (file: string, args: readonly string[]): Promise<string> => {
    const { stdout } = await run(file, args, { cwd: folder, env, timeout: 60_000 });
    return stdout;
  };

  const lines = LINES.map(([line]) => line);
  /** In a terminal of Python's: what is inserted where one word fits, else the list that is shown. */
  const inTerminal = async (shell: string): Promise<Offered[]> => {
    const python = path.join(import.meta.dirname, '../../../test/cli/completion/offered.py');
    const text = await started('python3', [python, shell, script(shell), ...lines]);
    return JSON.parse(text) as Offered[];
  };
  const inFish = async (): Promise<Offered[]> => {
    const each = 'source $argv[1]; for line in $argv[2..]; complete -C $line; echo END; end';
    const text = await started('fish', ['--no-config', '-c', each, script('fish'), ...lines]);
    return text.split('END\n').map((offered) => ({
      words: offered.split('\n').map((one) => (one.split('\t')[0] ?? '').replace(/\/$/, '')),
      line: null,
    }));
  };

  const shells: [name: string, offer: () => Promise<Offered[]>][] = [
    ['bash', () => inTerminal('bash')],
    ['zsh', () => inTerminal('zsh')],
    ['fish', inFish],
  ];
  for (const [shell, offer] of shells) {
    it(`is done by ${shell}`, async () => {
      const all = await offer();
      LINES.forEach(([line, offered, not], at) => {
        // An equals sign is a part of what fish and zsh offer.
        const shown = all[at] ?? { words: [], line: null };
        const words = shown.words.map((word) =>
          word
            .trim()
            .replace(/^--engine=/, '')
            .replace(/=$/, ''),
        );
        for (const word of offered) assert.ok(words.includes(word), `${line}: ${words.join(', ')}`);
        // The only one that fits is inserted.
        if (offered.length === 1 && shown.line !== null && !line.endsWith(' '))
          assert.ok(shown.line.includes(offered[0] ?? ''), `${line}: ${shown.line}`);
        for (const word of not) assert.ok(!words.includes(word), `${line}: ${words.join(', ')}`);
      });
    });
  }

  it('knows of no flag that there is not', () => {
    const all = new Set(completions().flatMap(({ flags }) => flags.map(({ names }) => names[0])));
    for (const name of [...FILE_FLAGS, ...FOLDER_FLAGS]) assert.ok(all.has(name), name);
  });
});

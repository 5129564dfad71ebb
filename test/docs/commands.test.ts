import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';
import { blocksOf, type PageCommand, PAGES } from './world/pages.js';
import { shownIn } from './world/shown.js';
import { UNRUN } from './world/unrun.js';
import { startWorld, type World } from './world/world.js';

/** Many of them wait: away from loopback a load is gentle. */
const SIDE_BY_SIDE = 4;

/** What is decided by how busy the machine is, too. */
const OF_TIMES = /--threshold '(?:p\d|rate)/;
const INCONCLUSIVE = 3;
const FAIL = 1;

/** Separates what commands of one shell write. */
const MARK = '--- end of a command, exit status ';

/** A right split passes with the planned power alone, 0.99: so often may a run be inconclusive in a row. */
const ATTEMPTS = 3;

/** The commands, and what each ends with behind it. A shell goes on after one that fails. */
function scriptOf(commands: readonly PageCommand[]): string {
  return commands
    .map(({ text, status }) => {
      const often = status === INCONCLUSIVE ? 1 : ATTEMPTS;
      // Servers here share a machine with all that is run beside them: of times, another try may be a better one.
      const again = OF_TIMES.test(text) ? `[${INCONCLUSIVE}${FAIL}]` : String(INCONCLUSIVE);
      return (
        `for attempt in ${Array.from({ length: often }, (_, index) => index).join(' ')}; do\n` +
        `${text}\nended=$?\ncase $ended in ${again}) ;; *) break ;; esac\ndone\necho "${MARK}$ended"\n`
      );
    })
    .join('');
}

const WRITES = / -o | > | --instrument|&$/;

/** Commands that stand on several pages are run once, unless others of their block need what they write. */
const seen = new Set<string>();

function isNew({ text, shown }: PageCommand): boolean {
  const words = text.replace(/\s+#\s.*$/, '').replace(/\\?\s+/g, ' ');
  if (shown !== null || WRITES.test(words)) return true;
  const isRepeated = seen.has(words);
  seen.add(words);
  return !isRepeated;
}

describe('commands of the pages', { concurrency: SIDE_BY_SIDE }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  for (const page of PAGES) {
    for (const { line, commands } of blocksOf(page)) {
      const run = commands.filter(
        (command) => !UNRUN.some((one) => one.text.test(command.text)) && isNew(command),
      );
      if (run.length === 0) continue;
      it(`${page}:${line}: ${run[0]!.text.split('\n')[0]}`, async () => {
        const { stdout, stderr } = await world.shell(scriptOf(run));
        const parts = stdout.split(MARK);
        for (const [index, { text, status, shown }] of run.entries()) {
          const output = (parts[index] ?? '').replace(/^\d+\n/, '');
          const ended = Number(/^\d+/.exec(parts[index + 1] ?? '')?.[0]);
          // How fast a busy machine answers is no claim of a page; that it is held against the threshold is.
          if ((ended === INCONCLUSIVE || ended === FAIL) && OF_TIMES.test(text)) {
            assert.match(output, /threshold/i);
            continue;
          }
          assert.equal(ended, status, `${text}\n${output}\n${stderr}`);
          if (shown !== null)
            assert.ok(shownIn(shown, output + stderr), `${text}\n${output}${stderr}`);
        }
      });
    }
  }
});

describe('commands of the pages that are not run', () => {
  for (const { text, test } of UNRUN) {
    it(`${text.source} is on a page, and its like in ${test}`, () => {
      assert.ok(existsSync(path.join(ROOT, test)));
      const all = PAGES.flatMap((page) => blocksOf(page).flatMap(({ commands }) => commands));
      assert.ok(all.some((command) => text.test(command.text)));
    });
  }
});
